import type {
  DocumentPart,
  JsonObject,
  JsonValue,
  MediaSource,
  Message,
  Part,
  StopReason,
  SystemPart,
  ToolResultContent,
} from '@x/types'

/** Gives what may be recorded of a text, or of a JSON value and all texts in it. */
export type Say = (content: JsonValue) => JsonValue

/**
 * A message in the structured form of the GenAI conventions (`gen_ai.input.messages`). Bytes of media and what only a
 * provider understands are left out; reasoning is recorded as far as it is text.
 */
export function toOtelMessage({ role, content }: Message, say: Say): JsonObject {
  return { role, parts: content.flatMap((part) => toOtelPart(part, say)) }
}

/** An answer, for `gen_ai.output.messages`. */
export function toOtelAnswer(message: Message, stopReason: StopReason, say: Say): JsonObject {
  return { ...toOtelMessage(message, say), finish_reason: finishReasons[stopReason] }
}

/** A part of a system prompt, for `gen_ai.system_instructions`. */
export function toOtelInstruction(part: SystemPart, say: Say): JsonObject[] {
  return toOtelPart(part, say)
}

/** The content of a tool result: the text or value itself if there is just one. */
export function toOtelResult(content: readonly ToolResultContent[], say: Say): JsonValue {
  const [first] = content
  if (content.length === 1 && first?.type === 'text') return say(first.text)
  if (content.length === 1 && first?.type === 'json') return say(first.value)
  return content.flatMap((part) => toOtelPart(part, say))
}

// The conventions' own words.
const finishReasons: Readonly<Record<StopReason, string>> = {
  end: 'stop',
  'stop-sequence': 'stop',
  'tool-use': 'tool_call',
  length: 'length',
  'context-window': 'length',
  guardrail: 'content_filter',
  filtered: 'content_filter',
  malformed: 'error',
}

/** No part at all for a mark such as a cache point. */
function toOtelPart(part: Part, say: Say): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', content: say(part.text) }]
    case 'reasoning':
      return part.text ? [{ type: 'reasoning', content: say(part.text) }] : []
    case 'tool-call':
      return [{ type: 'tool_call', id: part.id, name: part.name, arguments: say(part.malformedInput ?? part.input) }]
    case 'tool-result':
      return [{ type: 'tool_call_response', id: part.id, response: toOtelResult(part.content, say) }]
    case 'image':
    case 'video':
    case 'audio':
      return [toMedia(part.type, `${part.type}/${part.format}`, part.source, say)]
    case 'document':
      return [toDocument(part, say)]
    case 'json':
      return [{ type: 'json', content: say(part.value) }]
    case 'search-result': {
      const { source, title, content } = part
      return [{ type: 'search_result', source: say(source), title: say(title), content: content.map(say) }]
    }
    case 'guard-content':
      return toOtelPart(part.content, say)
    case 'provider':
      return [{ type: 'provider', provider: part.provider }]
    case 'cache-point':
      return []
  }
}

function toMedia(modality: string, mimeType: string, source: MediaSource, say: Say): JsonObject {
  if (source.type === 's3') return { type: 'uri', modality, mime_type: mimeType, uri: say(source.uri) }
  return { type: modality, modality, mime_type: mimeType, byte_length: byteLength(source.base64) }
}

function toDocument({ name, format, source }: DocumentPart, say: Say): JsonObject {
  const known = { modality: 'document', name: say(name), ...(format && { format }) }
  switch (source.type) {
    case 's3':
      return { type: 'uri', ...known, uri: say(source.uri) }
    case 'base64':
      return { type: 'document', ...known, byte_length: byteLength(source.base64) }
    case 'text':
      return { type: 'document', ...known, content: say(source.text) }
    case 'content':
      return { type: 'document', ...known, content: source.content.map(say) }
  }
}

function byteLength(base64: string): number {
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4)
}
