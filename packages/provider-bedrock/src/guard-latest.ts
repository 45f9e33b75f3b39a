import type { ImagePart, Message, ModelEvent, TextPart, UserMessage, UserPart } from '@x/types'

/**
 * Marks what the last user message says for the guardrail, which then looks at nothing else. Tool results are no user
 * messages, so in the midst of tool calls the question before them stays the one that is looked at. A message that holds
 * guard content of the caller's own is left as it is.
 */
export function guardLatest(messages: readonly Message[]): readonly Message[] {
  const index = latestOf(messages)
  const latest = messages[index]
  if (latest?.role !== 'user' || latest.content.some(({ type }) => type === 'guard-content')) return messages
  return messages.with(index, marked(latest))
}

/** Images of that message that a guardrail cannot look at, as warnings: they reach the model unguarded. */
export function unguardedImages(messages: readonly Message[]): ModelEvent[] {
  const index = latestOf(messages)
  const content: Message['content'] = messages[index]?.content ?? []
  return content.flatMap((part, place): ModelEvent[] =>
    part.type === 'image' && !isReadable(part)
      ? [
          {
            type: 'warning',
            code: 'unguarded-image',
            path: `messages.${index}.content.${place}`,
            message: 'This image is sent without being guarded: a guardrail looks at png and jpeg bytes only.',
          },
        ]
      : [],
  )
}

function latestOf(messages: readonly Message[]): number {
  return messages.findLastIndex(
    ({ role, content }) =>
      role === 'user' && content.some((part) => isGuardable(part) || part.type === 'guard-content'),
  )
}

// A message is a value, so what was made of it is kept for as long as it is: its wire form can be, too.
const markedMessages = new WeakMap<UserMessage, UserMessage>()

function marked(message: UserMessage): UserMessage {
  const known = markedMessages.get(message)
  if (known) return known
  const content = message.content.map((part): UserPart => {
    if (!isGuardable(part)) return part
    return { type: 'guard-content', content: part.type === 'text' ? { type: 'text', text: part.text } : part }
  })
  const made = { ...message, content }
  markedMessages.set(message, made)
  return made
}

function isGuardable(part: Message['content'][number]): part is TextPart | ImagePart {
  return (part.type === 'text' && part.text.trim() !== '') || (part.type === 'image' && isReadable(part))
}

function isReadable({ format, source }: ImagePart): boolean {
  return (format === 'png' || format === 'jpeg') && source.type === 'base64'
}
