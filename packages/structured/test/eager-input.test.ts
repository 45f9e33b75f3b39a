import type { JsonObject, Model } from '@x/types'
import { AgentError } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { extract } from '../src/extract.js'
import { extractStream } from '../src/extract-stream.js'

const schema = z.object({ name: z.string() })
const answer: ScriptedTurn = [{ type: 'tool-call', id: '1', name: 'answer', input: { name: 'Ann' } }]

/** A model that holds arguments back unless it is asked with `temperature: 1`, its only way of being asked anything. */
function holding(turns: readonly ScriptedTurn[]) {
  const model = scriptedModel(turns, {
    capabilities: { tools: true, toolChoice: ['tool'], eagerToolInput: { temperature: 1 } },
  })
  const configs = (): (JsonObject | undefined)[] => model.calls.map(({ config }) => ({ ...config }))
  return { model: model as Model, configs }
}

describe('a watched answer in the arguments of a tool', () => {
  test('is asked for as it is written', async () => {
    const { model, configs } = holding([answer])
    expect((await extractStream({ model, schema, prompt: 'Who?', mode: 'tool' }).result).output).toEqual({
      name: 'Ann',
    })
    expect(configs()).toEqual([{ modelId: 'scripted-1', temperature: 1 }])
  })

  test('is left as it comes where the caller says otherwise, and where nobody watches', async () => {
    const { model, configs } = holding([answer, answer])
    await extractStream({ model, schema, prompt: 'Who?', mode: 'tool', config: { temperature: 0 } }).result
    await extract({ model, schema, prompt: 'Who?', mode: 'tool' })
    expect(configs().map((config) => config?.temperature)).toEqual([0, undefined])
  })

  test('is asked for again without it when the service refuses that, in the same mode', async () => {
    const refusal = new AgentError('invalid-request', 'invalid beta flag: fine-grained-tool-streaming-2025-05-14')
    const { model, configs } = holding([refusal, answer])
    const { output, mode, stepsDown } = await extractStream({ model, schema, prompt: 'Who?', mode: 'tool' }).result
    expect([output, mode, stepsDown]).toEqual([{ name: 'Ann' }, 'tool', []])
    expect(configs().map((config) => config?.temperature)).toEqual([1, undefined])
  })
})
