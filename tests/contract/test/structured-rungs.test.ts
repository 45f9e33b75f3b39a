import { extract } from '@x/structured'
import type { Capabilities, ModelRequest } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { callPart } from '../src/helpers.js'

const schema = z.object({ name: z.string() })

/** Answers in whatever way it was asked. */
const answer = ({ tools, output }: ModelRequest) =>
  output && !tools ? '{"name":"Ann"}' : [callPart('1', 'answer', { name: 'Ann' })]

async function asked(capabilities: Capabilities | undefined) {
  const model = scriptedModel(answer, capabilities && { capabilities })
  const { output, mode } = await extract({ model, schema, prompt: 'Who?' })
  expect(output).toEqual({ name: 'Ann' })
  const [call] = model.calls
  return { mode, toolChoice: call?.request.toolChoice, native: call?.request.output !== undefined }
}

describe('(i) how a typed answer is asked for follows from capabilities alone', () => {
  test.each<[string, Capabilities | undefined, Awaited<ReturnType<typeof asked>>]>([
    ['nothing is known', undefined, { mode: 'tool', toolChoice: { tool: 'answer' }, native: false }],
    [
      'a tool can be forced by name',
      { toolChoice: ['any', 'tool'] },
      { mode: 'tool', toolChoice: { tool: 'answer' }, native: false },
    ],
    ['some tool can be forced', { toolChoice: ['any'] }, { mode: 'tool', toolChoice: 'any', native: false }],
    ['no tool can be forced', { toolChoice: [] }, { mode: 'tool', toolChoice: 'auto', native: false }],
    [
      'no tools, but an output schema',
      { tools: false, outputSchema: true },
      { mode: 'native', toolChoice: undefined, native: true },
    ],
  ])('%s', async (_name, capabilities, expected) => {
    expect(await asked(capabilities)).toEqual(expected)
  })

  test('a model that can do neither is told the schema in words', async () => {
    const told: string[] = []
    const model = scriptedModel(
      ({ system }) => {
        told.push(...(system ?? []).map((part) => (part.type === 'text' ? part.text : '')))
        return '{"name":"Ann"}'
      },
      { capabilities: { tools: false } },
    )
    expect(await extract({ model, schema, prompt: 'Who?' })).toMatchObject({
      mode: 'prompted',
      output: { name: 'Ann' },
    })
    expect(told).toEqual([expect.stringContaining('"name"')])
  })
})
