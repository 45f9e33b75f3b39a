import type {
  CachePointPart,
  Citation,
  CitationLocation,
  DocumentPart,
  DocumentSource,
  GuardContentPart,
  ImagePart,
  JsonObject,
  JsonValue,
  MediaSource,
  Part,
  ProviderPart,
  ReasoningPart,
  TextPart,
  ToolResultContent,
  ToolResultPart,
} from '@x/types'
import { bedrockProvider, locationNames } from './to-wire-block.js'
import type { WireBlock, WireReasoning, WireToolResult } from './wire.js'

/** One content block as a part. What the contract does not model is carried as it stands, and so is what is malformed. */
export function fromWireBlock(block: WireBlock): Part {
  const [member = '', value] = Object.entries(block)[0] ?? []
  return readers[member]?.(value as never) ?? fromUnknown(block)
}

/** A block in the wire's own form, for a model that speaks this wire too. */
export function fromUnknown(value: object): ProviderPart {
  return { type: 'provider', provider: bedrockProvider, value: value as JsonObject }
}

export function fromCachePoint({ ttl }: JsonObject): CachePointPart {
  return { type: 'cache-point', ...(ttl !== undefined && { ttl: ttl as '5m' | '1h' }) }
}

type Reader = (value: never) => Part | undefined

const readers: { readonly [member: string]: Reader } = {
  text: (text: string): TextPart => ({ type: 'text', text }),
  json: (value: JsonValue) => ({ type: 'json', value }),
  image: (image: Media) => fromMedia('image', image),
  video: (video: Media) => fromMedia('video', video),
  audio: (audio: Media) => fromMedia('audio', audio),
  document: fromDocument,
  searchResult: fromSearchResult,
  guardContent: fromGuardContent,
  cachePoint: fromCachePoint,
  reasoningContent: fromReasoning,
  citationsContent: fromCitations,
  // A call with a type of its own was run by the service, and is no call of ours.
  toolUse: ({ toolUseId, name, input = {}, type = 'tool_use' }: NonNullable<WireBlock['toolUse']>) =>
    type === 'tool_use' ? { type: 'tool-call', id: toolUseId ?? '', name, input } : undefined,
  toolResult: fromToolResult,
}

interface Media {
  readonly format: string
  readonly source: Source
}

interface Source {
  readonly bytes?: string
  readonly s3Location?: { readonly uri: string; readonly bucketOwner?: string }
  readonly text?: string
  readonly content?: readonly { readonly text: string }[]
}

function fromSource({ bytes, s3Location, text, content }: Source): DocumentSource | undefined {
  if (bytes !== undefined) return { type: 'base64', base64: bytes }
  if (s3Location) return { type: 's3', ...s3Location }
  if (text !== undefined) return { type: 'text', text }
  return content && { type: 'content', content: content.map((chunk) => chunk.text) }
}

function fromMedia(type: 'image' | 'video' | 'audio', { format, source }: Media): Part | undefined {
  const found = fromSource(source)
  // Formats are the same words on both sides.
  return found && ({ type, format, source: found as MediaSource } as Part)
}

function fromDocument(document: JsonObject): DocumentPart | undefined {
  const { name, format, context, citations, source } = document as JsonObject & {
    readonly name: string
    readonly format?: NonNullable<DocumentPart['format']>
    readonly context?: string
    readonly citations?: { readonly enabled: boolean }
  }
  const found = fromSource(source as Source)
  if (!found) return undefined
  return {
    type: 'document',
    name,
    source: found,
    ...(format && { format }),
    ...(context !== undefined && { context }),
    ...(citations && { citations: citations.enabled }),
  }
}

function fromSearchResult(result: {
  readonly source: string
  readonly title: string
  readonly content: readonly { readonly text: string }[]
  readonly citations?: { readonly enabled: boolean }
}): Part {
  const { source, title, content, citations } = result
  return {
    type: 'search-result',
    source,
    title,
    content: content.map(({ text }) => text),
    ...(citations && { citations: citations.enabled }),
  }
}

function fromGuardContent(guarded: {
  readonly text?: { readonly text: string; readonly qualifiers?: NonNullable<GuardContentPart['qualifiers']> }
  readonly image?: Media
}): GuardContentPart | undefined {
  const { text, image } = guarded
  if (text) {
    const { qualifiers } = text
    return { type: 'guard-content', content: { type: 'text', text: text.text }, ...(qualifiers && { qualifiers }) }
  }
  const content = image && (fromMedia('image', image) as ImagePart | undefined)
  return content && { type: 'guard-content', content }
}

function fromReasoning({ reasoningText, redactedContent }: WireReasoning): ReasoningPart {
  return { type: 'reasoning', ...reasoningText, ...(redactedContent && { redacted: redactedContent }) }
}

function fromCitations({ content = [], citations = [] }: NonNullable<WireBlock['citationsContent']>): TextPart {
  return { type: 'text', text: content.map(({ text }) => text).join(''), citations: citations.map(fromCitation) }
}

function fromCitation(citation: JsonObject): Citation {
  const { title, source, sourceContent, location } = citation as {
    readonly title?: string
    readonly source?: string
    readonly sourceContent?: readonly { readonly text?: string }[]
    readonly location?: JsonObject
  }
  const [wireName, place] = Object.entries(location ?? {})[0] ?? []
  const [type] = Object.entries(locationNames).find(([, name]) => name === wireName) ?? []
  return {
    ...(title !== undefined && { title }),
    ...(source !== undefined && { source }),
    ...(sourceContent && { citedText: sourceContent.map(({ text }) => text ?? '') }),
    ...(type && { location: { type, ...(place as object) } as CitationLocation }),
  }
}

function fromToolResult({ toolUseId, content = [], status, type }: WireToolResult): ToolResultPart | undefined {
  if (type !== undefined && type !== 'tool_result') return undefined
  const parts = content.map((item) => fromWireBlock(item as WireBlock) as ToolResultContent)
  return { type: 'tool-result', id: toolUseId, content: parts, ...(status === 'error' && { isError: true }) }
}
