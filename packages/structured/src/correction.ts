import type { AssistantMessage, Message } from '@x/types'
import type { Reading, Rung } from './rung.js'

/**
 * The messages that show the model its wrong answer and what is wrong in it. Services refuse a conversation in which a
 * tool call has no result, so every call gets one, whoever it was meant for.
 */
export function toCorrection(
  { missing, again }: Pick<Rung<unknown>, 'missing' | 'again'>,
  message: AssistantMessage,
  faults: readonly Fault[],
): readonly Message[] {
  const calls = message.content.filter((part) => part.type === 'tool-call')
  if (calls.length === 0) {
    const text = [...(faults.length > 0 ? faults.map(({ fault }) => fault) : [missing]), again].join('\n')
    const correction: Message = { role: 'user', content: [{ type: 'text', text }] }
    return hasWords(message) ? [message, correction] : [correction]
  }
  const inText = faults.filter(({ callId }) => callId === undefined).map(({ fault }) => fault)
  const content = calls.map(({ id }) => {
    const fault = faults.find(({ callId }) => callId === id)?.fault
    const text = [...(fault === undefined ? ['There is no such tool.', ...inText] : [fault]), again].join('\n')
    return { type: 'tool-result', id, isError: true, content: [{ type: 'text', text }] } as const
  })
  return [message, { role: 'tool', content }]
}

/** What was wrong in one reading. */
export type Fault = Pick<Reading, 'callId'> & { readonly fault: string }

/** A message with nothing but thoughts may be empty on the wire, where they are left out. */
function hasWords({ content }: AssistantMessage): boolean {
  return content.some((part) => part.type !== 'reasoning' && (part.type !== 'text' || part.text.trim() !== ''))
}
