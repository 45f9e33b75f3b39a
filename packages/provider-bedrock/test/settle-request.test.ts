import type { Message } from '@x/types'
import { describe, expect, it } from 'vitest'
import { settleRequest } from '../src/settle-request.js'

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const text = (value: string) => ({ type: 'text', text: value }) as const
const messages: Message[] = [
  { role: 'user', content: [text('a'), text(' ')] },
  { role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 'add', input: 3 }] },
]

describe('settleRequest', () => {
  it('repairs by default, and tells what it repaired but not what the wire form does by itself', () => {
    const { request, warnings } = settleRequest({ modelId }, { messages })

    expect(request.messages).toHaveLength(3)
    expect(warnings).toEqual([
      {
        type: 'warning',
        code: 'blank-text',
        path: 'messages.0.content.1',
        message: 'The text is blank. It is left out.',
      },
      {
        type: 'warning',
        code: 'unanswered-call',
        path: 'messages.1.content.0',
        message: 'The call of add is not answered. It is answered by an error result.',
      },
    ])
  })

  it('throws what it would have repaired when told so, with every path', () => {
    expect(() => settleRequest({ modelId, check: 'error' }, { messages })).toThrow(
      expect.objectContaining({
        code: 'invalid-messages',
        message: expect.stringMatching(/messages\.0\.content\.1: .* messages\.1\.content\.0: /),
      }),
    )
  })

  it('throws what it cannot repair, as invalid-request where no message is at fault', () => {
    expect(() => settleRequest({ modelId, topP: 1, temperature: 1 }, { messages })).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining('config.topP: ') }),
    )
  })

  it('names no more than ten places', () => {
    const blank: Message = { role: 'user', content: Array.from({ length: 12 }, () => text('')) }
    expect(() => settleRequest({ modelId, check: 'error' }, { messages: [...messages, blank] })).toThrow('And 5 more.')
  })

  it('looks at nothing when told so', () => {
    const request = { messages }
    expect(settleRequest({ modelId, check: 'off' }, request)).toEqual({ request, warnings: [] })
  })
})
