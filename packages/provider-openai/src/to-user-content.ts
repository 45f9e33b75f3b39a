import type { GuardContentPart, JsonObject, ProviderPart, SystemPart, UserPart } from '@x/types'
import { AgentError } from '@x/types'
import type { ToContext } from './to-context.js'
import { ignoreCachePoint, unsupported } from './to-context.js'
import { toAudio, toDocument, toImage, toNamedText } from './to-media.js'

/**
 * One part of a user or system message; none if there is nothing in it for this server.
 * @throws AgentError `unsupported` for what has no place on this wire, `invalid-messages` for what is none of the parts.
 */
export function toUserContent(part: UserPart | SystemPart, context: ToContext, path: string): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }]
    case 'image':
      return [toImage(part, context, path)]
    case 'audio':
      return [toAudio(part, context, path)]
    case 'document':
      return [toDocument(part, context, path)]
    case 'search-result':
      return [{ type: 'text', text: toNamedText(`${part.title} (${part.source})`, part.content.join('\n\n')) }]
    case 'cache-point':
      ignoreCachePoint(context, path)
      return []
    case 'provider':
      return toOwnContent(part, context)
    case 'video':
      throw unsupported('A video', path, 'If your server takes videos, give its own block as a provider part.')
    case 'guard-content':
      throw toGuardError(part, path)
    default:
      // Only untyped callers come here; what they meant would otherwise be lost without a word.
      part satisfies never
      throw new AgentError('invalid-messages', `${path} is no part that can be sent: unknown type.`)
  }
}

/** Several texts are one text, which servers take that know no list. */
export function joinContent(parts: readonly JsonObject[]): string | readonly JsonObject[] {
  if (!parts.every(({ type }) => type === 'text')) return parts
  return parts.map(({ text }) => text).join('\n')
}

/** Blocks of another provider are not meant for this one. */
export function toOwnContent(part: ProviderPart, { provider }: ToContext): readonly JsonObject[] {
  return part.provider === provider ? [part.value as JsonObject] : []
}

function toGuardError(_part: GuardContentPart, path: string): AgentError {
  return unsupported('Guarded content', path, 'Nothing here would look at it: give the text or image as it is.')
}
