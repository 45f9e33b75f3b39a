import type { Message } from '@x/types'
import { describe, expect, it } from 'vitest'
import { messageBlocks } from '../src/message-blocks.js'
import { quirksOf } from '../src/quirks.js'
import { toMessages } from '../src/to-messages.js'

const claude = quirksOf('anthropic.claude-sonnet-4-6')
const thought: Message = {
  role: 'assistant',
  content: [
    { type: 'reasoning', text: 'hm', signature: 's' },
    { type: 'text', text: 'a' },
  ],
}

describe('messageBlocks', () => {
  it('makes the blocks of a message once for a kind of model', () => {
    const blocks = messageBlocks(thought, claude, true, 'messages.0')

    expect(messageBlocks(thought, quirksOf('anthropic.claude-sonnet-4-6'), true, 'messages.7')).toBe(blocks)
    expect(messageBlocks({ ...thought }, claude, true, 'messages.0')).not.toBe(blocks)
  })

  it('makes them anew when they would be others', () => {
    expect(messageBlocks(thought, claude, true, 'messages.0')).toHaveLength(2)
    expect(messageBlocks(thought, claude, false, 'messages.0')).toEqual([{ text: 'a' }])
    expect(messageBlocks(thought, { ...claude, replaysReasoning: false }, true, 'messages.0')).toEqual([{ text: 'a' }])
    expect(messageBlocks(thought, claude, true, 'messages.0')).toHaveLength(2)
  })

  it('fails each time for a message that cannot be sent, and names the place of now', () => {
    const source = { type: 'base64', base64: 'not base64!' } as const
    const broken: Message = { role: 'user', content: [{ type: 'image', format: 'png', source }] }

    expect(() => messageBlocks(broken, claude, false, 'messages.0')).toThrow('messages.0.content.0')
    expect(() => messageBlocks(broken, claude, false, 'messages.4')).toThrow('messages.4.content.0')
  })

  it('keeps neighbours of one role from growing into each other turn after turn', () => {
    const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] })
    const messages = [user('a'), user('b')]

    for (let turn = 0; turn < 3; turn++) {
      expect(toMessages(messages, 'anthropic.claude-sonnet-4-6')).toEqual([
        { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
      ])
    }
  })
})
