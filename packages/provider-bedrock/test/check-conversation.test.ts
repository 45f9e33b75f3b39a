import type { Message } from '@x/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkConversation } from '../src/check-conversation.js'
import { checkMessage } from '../src/check-message.js'
import { checkSpan } from '../src/check-span.js'
import { quirksOf } from '../src/quirks.js'
import { isOwnFamily } from '../src/to-messages.js'
import { growingConversation } from './growing-conversation.js'

const sonnet = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'

/** The whole conversation as one span, which nothing was remembered of. */
function checkAtOnce(messages: readonly Message[], modelId: string) {
  const quirks = quirksOf(modelId)
  const look = (message: Message) => checkMessage(message, quirks, isOwnFamily(message, modelId, quirks.family))
  const span = { messages, from: 0, isLast: true, names: new Set<string>(), documentCount: 0 }
  const checked = checkSpan(span, modelId, quirks, look)
  return { messages: checked.messages, findings: checked.findings.flat() }
}

const text = (value: string) => [{ type: 'text', text: value }] as const
const exchange = (id: string, isAnswered = true): readonly Message[] => [
  { role: 'assistant', content: [{ type: 'tool-call', id, name: 'look', input: {} }] },
  isAnswered
    ? { role: 'tool', content: [{ type: 'tool-result', id, content: text('done') }] }
    : { role: 'user', content: text('Go on.') },
]
const question: Message = { role: 'user', content: text('Hello') }

/** What the check says when the messages come turn by turn. */
function checkTurns(turns: readonly (readonly Message[])[]) {
  let messages: readonly Message[] = [question]
  let checked = checkConversation(messages, { modelId: sonnet }, quirksOf(sonnet))
  for (const turn of turns) {
    messages = [...messages, ...turn]
    checked = checkConversation(messages, { modelId: sonnet }, quirksOf(sonnet))
  }
  return { messages, checked }
}

describe('checkConversation', () => {
  it.each([sonnet, 'us.amazon.nova-pro-v1:0', 'us.meta.llama4-maverick-17b-instruct-v1:0'])(
    'says of a conversation to %s that grows what it says of it at once, and repairs it to the same messages',
    (modelId) => {
      fc.assert(
        fc.property(growingConversation(modelId), (requests) => {
          for (const messages of requests) {
            const checked = checkConversation(messages, { modelId }, quirksOf(modelId))
            const fresh = checkAtOnce(structuredClone(messages) as readonly Message[], modelId)
            const again = checkAtOnce(messages, modelId)

            expect(checked).toEqual(fresh)
            expect(checked.messages.length).toBe(again.messages.length)
            expect(checked.messages.every((message, place) => message === again.messages[place])).toBe(true)
            if (again.messages === messages) expect(checked.messages).toBe(messages)
          }
        }),
        { numRuns: 600, seed: Number(process.env.CHECK_SEED ?? 1) },
      )
    },
  )

  it('does not look again at what nothing behind it can change', () => {
    let reads = 0
    const watched = {
      role: 'assistant',
      get content() {
        reads += 1
        return text('Well.')
      },
    } as Message
    const turns = ['a', 'b', 'c', 'd'].map((id) => exchange(id))
    const { messages } = checkTurns([[watched, question], ...turns])
    reads = 0

    checkConversation([...messages, ...exchange('e')], { modelId: sonnet }, quirksOf(sonnet))

    expect(reads).toBe(0)
  })

  it('moves a result to its call from far behind, and goes on from there', () => {
    const late: Message = { role: 'tool', content: [{ type: 'tool-result', id: 'a', content: text('late') }] }
    const before = [exchange('a', false), exchange('b'), exchange('c'), exchange('d')]
    const [called, answered] = exchange('e') as [Message, Message]

    const { messages, checked } = checkTurns([...before, [called, answered, late], exchange('f'), exchange('g')])

    expect(checked.findings.map(({ rule, path }) => [rule, path])).toContainEqual([
      'result-place',
      'messages.11.content.0',
    ])
    expect(checked.messages[2]).toEqual(late)
    expect(checked).toEqual(checkAtOnce(messages, sonnet))
  })

  it('sees that another message goes on the turn where it left off', () => {
    const turns = ['a', 'b', 'c', 'd'].map((id) => exchange(id))
    const { messages } = checkTurns(turns)
    const settled = messages.length - 4
    const other = [...messages.slice(0, settled), question, ...exchange('e')]

    const { findings } = checkConversation(other, { modelId: sonnet }, quirksOf(sonnet))

    expect(findings.map(({ rule, path }) => [rule, path])).toEqual([['adjacent-roles', `messages.${settled}`]])
  })

  it('takes another conversation with the same end for what it is', () => {
    const turns = ['a', 'b', 'c', 'd'].map((id) => exchange(id))
    const { messages } = checkTurns(turns)
    const other = messages.with(2, question)

    expect(checkConversation(other, { modelId: sonnet }, quirksOf(sonnet))).toEqual(checkAtOnce(other, sonnet))
    expect(checkConversation(messages, { modelId: sonnet }, quirksOf(sonnet)).findings).toEqual([])
  })
})
