import type { JsonObject, ModelRequest } from '@x/types'
import { AgentError } from '@x/types'
import { toAssistant } from './to-assistant.js'
import type { ToContext } from './to-context.js'
import { ignoreCachePoint } from './to-context.js'
import { toToolResult } from './to-tool-result.js'
import { joinContent, toUserContent } from './to-user-content.js'

/**
 * The conversation as the wire takes it: one system message, tool results one by one, neighbouring user messages as one
 * (chat templates of local models want turns to alternate), and nothing that would be empty.
 * @throws AgentError `unsupported`, `invalid-messages`
 */
export function toMessages({ system = [], messages }: ModelRequest, context: ToContext): readonly JsonObject[] {
  const turns: Turn[] = []
  // What tools gave beside text waits until all results of the turn are told.
  let media: readonly JsonObject[] = []
  const addUser = (parts: readonly JsonObject[]) => {
    const last = turns.at(-1)
    if (last?.user) last.user.push(...parts)
    else if (parts.length > 0) turns.push({ user: [...parts] })
  }
  const endTools = () => {
    addUser(media)
    media = []
  }
  const lastUser = messages.findLastIndex(({ role }) => role === 'user')
  for (const [index, message] of messages.entries()) {
    const path = `messages.${index}`
    if (message.role === 'tool') {
      for (const [place, part] of message.content.entries()) {
        const at = `${path}.content.${place}`
        if (part.type === 'cache-point') ignoreCachePoint(context, at)
        else {
          const result = toToolResult(part, context, at)
          turns.push({ wire: result.message })
          media = [...media, ...result.media]
        }
      }
      continue
    }
    endTools()
    if (message.role === 'user') {
      addUser(message.content.flatMap((part, place) => toUserContent(part, context, `${path}.content.${place}`)))
    } else {
      const wire = toAssistant(message, context, index > lastUser, path)
      if (wire) turns.push({ wire })
    }
  }
  endTools()
  if (turns.length === 0) {
    throw new AgentError('invalid-messages', 'There is nothing to send: the messages hold no content.', {
      hint: 'Give at least one user message with a part that is not empty.',
    })
  }
  const instructions = system.flatMap((part, index) => toUserContent(part, context, `system.${index}`))
  return [
    ...(instructions.length > 0 ? [{ role: 'system', content: joinContent(instructions) }] : []),
    ...turns.map(({ user, wire }) => wire ?? { role: 'user', content: joinContent(user ?? []) }),
  ]
}

type Turn =
  | { readonly user: JsonObject[]; readonly wire?: undefined }
  | { readonly user?: undefined; readonly wire: JsonObject }
