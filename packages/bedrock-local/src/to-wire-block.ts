import type { AssistantPart, Citation, CitationLocation, JsonObject, ReasoningPart } from '@x/types'
import type { WireBlock } from './wire.js'

/** One part of a model's answer as blocks; none for a part that an answer cannot hold on this wire. */
export function toWireBlocks(part: AssistantPart): readonly WireBlock[] {
  switch (part.type) {
    case 'text': {
      const { text, citations } = part
      if (!citations?.length) return text === '' ? [] : [{ text }]
      return [{ citationsContent: { content: [{ text }], citations: citations.map(toWireCitation) } }]
    }
    case 'reasoning':
      return toReasoning(part)
    case 'tool-call': {
      const { id, name, input, malformedInput } = part
      const given = malformedInput === undefined ? { input } : { inputText: malformedInput }
      return [{ toolUse: { toolUseId: id, name, ...given } }]
    }
    case 'image': {
      const { format, source } = part
      if (source.type === 'base64') return [{ image: { format, source: { bytes: source.base64 } } }]
      const { type: _type, ...s3Location } = source
      return [{ image: { format, source: { s3Location } } }]
    }
    case 'provider':
      // Another provider's own blocks mean nothing here.
      return part.provider === bedrockProvider ? [part.value as WireBlock] : []
    case 'cache-point':
      return []
    default:
      return part satisfies never
  }
}

/** Whose blocks travel untouched: OpenTelemetry's name for Amazon Bedrock, as in every provider for it. */
export const bedrockProvider = 'aws.bedrock'

/** One citation, in a stream and in a whole answer alike. */
export function toWireCitation({ title, source, citedText, location }: Citation): JsonObject {
  return {
    ...(title !== undefined && { title }),
    ...(source !== undefined && { source }),
    ...(citedText && { sourceContent: citedText.map((text) => ({ text })) }),
    ...(location && { location: toLocation(location) }),
  }
}

/** Names of citation places: here, and on the wire. */
export const locationNames = {
  web: 'web',
  'document-char': 'documentChar',
  'document-page': 'documentPage',
  'document-chunk': 'documentChunk',
  'search-result': 'searchResultLocation',
} as const satisfies Record<CitationLocation['type'], string>

function toLocation({ type, ...place }: CitationLocation): JsonObject {
  return { [locationNames[type]]: place }
}

function toReasoning({ text, signature, redacted }: ReasoningPart): readonly WireBlock[] {
  const spoken = text !== undefined || signature !== undefined
  return [
    ...(spoken ? [{ reasoningContent: { reasoningText: { text: text ?? '', ...(signature && { signature }) } } }] : []),
    ...(redacted ? [{ reasoningContent: { redactedContent: redacted } }] : []),
  ]
}
