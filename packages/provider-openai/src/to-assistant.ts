import type { AssistantMessage, AssistantPart, JsonObject } from '@x/types'
import { AgentError } from '@x/types'
import type { Quirks } from './quirks.js'
import { toCallId, toCallName } from './to-call-id.js'
import type { ToContext } from './to-context.js'
import { ignoreCachePoint, unsupported } from './to-context.js'

/**
 * An answer of the model on its way back; undefined when nothing of it can be sent. `isCurrent`: no user message has
 * come since.
 */
export function toAssistant(
  message: AssistantMessage,
  context: ToContext,
  isCurrent: boolean,
  path: string,
): JsonObject | undefined {
  const { quirks, provider, modelId } = context
  const isOwn = message.model?.provider === provider && message.model.modelId === modelId
  const texts: string[] = []
  const calls: JsonObject[] = []
  let raw: JsonObject = {}
  for (const [place, part] of message.content.entries()) {
    if (part.type === 'text') texts.push(part.text)
    else if (part.type === 'tool-call') calls.push(toCall(part))
    else if (part.type === 'cache-point') ignoreCachePoint(context, `${path}.content.${place}`)
    else if (part.type === 'provider') {
      if (part.provider === provider && isOwn) raw = { ...raw, ...(part.value as JsonObject) }
    } else if (part.type !== 'reasoning') throw refused(part, `${path}.content.${place}`)
  }
  const text = texts.join('')
  if (text === '' && calls.length === 0 && Object.keys(raw).length === 0) return undefined
  return {
    role: 'assistant',
    // Servers refuse an answer without text and calls; beside calls, null is what they send themselves.
    content: text === '' && calls.length > 0 ? null : text,
    ...(isOwn && toReasoning(message.content, quirks, isCurrent)),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...raw,
  }
}

function toReasoning(content: readonly AssistantPart[], { reasoningReplay }: Quirks, isCurrent: boolean): JsonObject {
  // The blocks of `reasoning_details` come back as a provider part.
  if (!reasoningReplay || reasoningReplay.field === 'reasoning_details') return {}
  if (reasoningReplay.turns === 'current' && !isCurrent) return {}
  const thoughts = content.map((part) => (part.type === 'reasoning' ? (part.text ?? '') : '')).join('')
  return thoughts === '' ? {} : { [reasoningReplay.field]: thoughts }
}

/** Malformed arguments go back as `{}`: servers parse them for their templates, and fail if they cannot. */
function toCall({ id, name, input }: Extract<AssistantPart, { type: 'tool-call' }>): JsonObject {
  return { id: toCallId(id), type: 'function', function: { name: toCallName(name), arguments: JSON.stringify(input) } }
}

function refused(part: never | Exclude<AssistantPart, { type: 'text' }>, path: string): AgentError {
  if (part.type === 'image') {
    return unsupported('An image of the assistant', path, 'Take it out, or show it again in a user message.')
  }
  return new AgentError('invalid-messages', `${path} is no part that an assistant writes: unknown type.`)
}
