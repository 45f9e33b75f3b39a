import type {
  ContentBlock,
  DocumentBlock,
  ImageBlock,
  SearchResultBlock,
  VideoBlock,
} from '@aws-sdk/client-bedrock-runtime'
import type { AudioPart, DocumentPart, ImagePart, MediaSource, SearchResultPart, VideoPart } from '@x/types'
import { AgentError } from '@x/types'

export function toImage({ format, source }: ImagePart, path: string): { image: ImageBlock } {
  return { image: { format, source: toSource(source, path) } }
}

export function toVideo({ format, source }: VideoPart, path: string): { video: VideoBlock } {
  return { video: { format, source: toSource(source, path) } }
}

export function toAudio({ format, source }: AudioPart, path: string): ContentBlock.AudioMember {
  // The contract leaves the list of formats to the service.
  return { audio: { format: format as ContentBlock.AudioMember['audio']['format'], source: toSource(source, path) } }
}

export function toDocument(part: DocumentPart, path: string): { document: DocumentBlock } {
  const { name, format, context, citations } = part
  return {
    document: {
      name,
      source: toDocumentSource(part.source, path),
      ...(format && { format }),
      ...(context !== undefined && { context }),
      ...(citations !== undefined && { citations: { enabled: citations } }),
    },
  }
}

export function toSearchResult(part: SearchResultPart): { searchResult: SearchResultBlock } {
  const { source, title, content, citations } = part
  return {
    searchResult: {
      source,
      title,
      content: content.map((text) => ({ text })),
      ...(citations !== undefined && { citations: { enabled: citations } }),
    },
  }
}

/** @throws AgentError `invalid-messages` when it is not base64; a data URL is the usual mistake. */
export function toBytes(base64: string, path: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64')
  // `Buffer` skips what it does not understand, so a length that does not fit tells.
  const digits = base64.length - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0)
  if (base64 !== '' && bytes.length === Math.floor((digits * 3) / 4)) return bytes
  throw new AgentError('invalid-messages', `The bytes at ${path} are not base64.`, {
    hint: 'Give the base64 text alone, without line breaks and without "data:...;base64," before it.',
  })
}

type WireSource = { bytes: Uint8Array } | { s3Location: { uri: string; bucketOwner?: string } }

function toSource(source: MediaSource, path: string): WireSource {
  if (source.type === 'base64') return { bytes: toBytes(source.base64, path) }
  return { s3Location: { uri: source.uri, ...(source.bucketOwner && { bucketOwner: source.bucketOwner }) } }
}

function toDocumentSource(source: DocumentPart['source'], path: string): NonNullable<DocumentBlock['source']> {
  if (source.type === 'text') return { text: source.text }
  if (source.type === 'content') return { content: source.content.map((text) => ({ text })) }
  return toSource(source, path)
}
