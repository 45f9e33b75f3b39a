import type { RunResult } from '@x/types'
import { noUsage } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { runAgent, textOf, textStream } from '../src/index.js'
import { addTool, callPart, say, user } from './helpers.js'

describe('textOf', () => {
  const result = (status: RunResult['status']): RunResult => ({
    ...{ runId: 'r', status, usage: noUsage, turns: 1, pending: [] },
    messages: [...user('go'), { role: 'assistant', content: [{ type: 'reasoning', text: 'hm' }, say('a'), say('b')] }],
  })

  test('is what the last assistant message says', () => expect(textOf(result('done'))).toBe('ab'))

  test.each(['limit', 'aborted', 'suspended', 'length', 'filtered', 'guardrail'] as const)(
    'throws incomplete when the run ended as %s, and says what to do',
    (status) => {
      expect(() => textOf(result(status))).toThrow(
        expect.objectContaining({ code: 'incomplete', hint: expect.any(String) }),
      )
    },
  )
})

describe('textStream', () => {
  test('is the text as it comes', async () => {
    const model = scriptedModel([[say('Let me add. '), callPart('1', 'add', { a: 1, b: 2 })], 'Three.'], {
      deltaLength: 6,
    })
    const pieces: string[] = []
    for await (const piece of textStream(runAgent({ model, tools: [addTool] }, user('go')))) pieces.push(piece)
    expect(pieces).toEqual(['Let me', ' add. ', 'Three.'])
  })

  test('throws at the end when the answer was cut', async () => {
    const model = scriptedModel([{ content: [say('half')], stopReason: 'length' }])
    const pieces: string[] = []
    const read = async () => {
      for await (const piece of textStream(runAgent({ model }, user('go')))) pieces.push(piece)
    }
    await expect(read()).rejects.toMatchObject({ code: 'incomplete' })
    expect(pieces).toEqual(['half'])
  })
})
