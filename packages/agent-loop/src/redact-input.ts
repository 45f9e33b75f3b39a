import type { Message } from '@x/types'

/**
 * Replaces what the last user or tool message says. A tool message keeps its shape, each result saying the text
 * instead, because the service wants every call answered.
 */
export function redactInput(messages: readonly Message[], text: string): readonly Message[] {
  const last = messages.at(-1)
  if (!last || last.role === 'assistant') return messages
  const content = [{ type: 'text', text } as const]
  const redacted: Message =
    last.role === 'user'
      ? { ...last, content }
      : { ...last, content: last.content.map((part) => (part.type === 'tool-result' ? { ...part, content } : part)) }
  return [...messages.slice(0, -1), redacted]
}
