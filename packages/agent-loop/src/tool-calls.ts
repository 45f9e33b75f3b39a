import type { AssistantMessage, Message, ToolCallPart, ToolMessage, ToolResultPart } from '@x/types'
import { answerId } from './message-ids.js'

/** The last assistant message's calls that no later tool message answers. */
export function unansweredCalls(messages: readonly Message[]): {
  readonly message?: AssistantMessage
  readonly calls: readonly ToolCallPart[]
} {
  const index = messages.findLastIndex(({ role }) => role === 'assistant')
  const message = messages[index]
  if (message?.role !== 'assistant') return { calls: [] }
  return { message, calls: openCalls(messages, index) }
}

/**
 * Answers the calls that the conversation went past: a history that ends in a suspended or cut turn and then goes on
 * with a user message would be refused by the service. Gives the same list back when there is nothing to do.
 */
export function closePassedCalls(messages: readonly Message[]): readonly Message[] {
  const lastWord = messages.findLastIndex(({ role }) => role !== 'tool')
  const closed: Message[] = []
  messages.forEach((message, index) => {
    closed.push(message)
    const calls = message.role === 'assistant' && index < lastWord ? openCalls(messages, index) : []
    if (calls.length > 0) closed.push(notRun(message, calls, 'Not run: the conversation went on without an answer.'))
  })
  return closed.length === messages.length ? messages : closed
}

/** A tool message in call order; calls without a result are answered with `otherwise`, or left open without one. */
export function toToolMessage(
  answered: Message,
  calls: readonly ToolCallPart[],
  results: readonly (ToolResultPart | undefined)[],
  otherwise?: string,
): ToolMessage {
  const content = calls.flatMap(({ id }, index) => {
    const result = results[index] ?? (otherwise === undefined ? undefined : errorResult(id, otherwise))
    return result ? [result] : []
  })
  return { role: 'tool', id: answerId(answered.id ?? ''), content }
}

export function notRun(answered: Message, calls: readonly ToolCallPart[], why: string): ToolMessage {
  return toToolMessage(answered, calls, [], why)
}

/** How many assistant messages in a row, from the last one back, hold calls whose arguments are not JSON. */
export function malformedInARow(messages: readonly Message[]): number {
  let count = 0
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]
    if (message?.role !== 'assistant') continue
    if (!message.content.some((part) => part.type === 'tool-call' && part.malformedInput !== undefined)) break
    count += 1
  }
  return count
}

/** The calls of the message at `index` that no tool message before the next assistant message answers. */
function openCalls(messages: readonly Message[], index: number): readonly ToolCallPart[] {
  const calls = (messages[index]?.content ?? []).filter((part): part is ToolCallPart => part.type === 'tool-call')
  if (calls.length === 0) return calls
  const answered = new Set<string>()
  for (let next = index + 1; next < messages.length && messages[next]?.role !== 'assistant'; next++) {
    for (const part of messages[next]?.content ?? []) if (part.type === 'tool-result') answered.add(part.id)
  }
  return calls.filter(({ id }) => !answered.has(id))
}

function errorResult(id: string, text: string): ToolResultPart {
  return { type: 'tool-result', id, content: [{ type: 'text', text }], isError: true }
}
