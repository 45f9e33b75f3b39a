import type { Citation, ImagePart, JsonValue, ToolResultContent } from '@x/types'
import type { UIMessageChunk } from './ui-chunk.js'

/** Only addresses that a page may safely link to; a citation may hold any text that a model or a document gave. */
export function toSource(citation: Citation, sourceId: string): UIMessageChunk {
  const { title, source, location } = citation
  const url = [location?.type === 'web' ? location.url : undefined, source].find(isWebAddress)
  if (url !== undefined) return { type: 'source-url', sourceId, url, ...(title !== undefined && { title }) }
  return { type: 'source-document', sourceId, mediaType: 'text/plain', title: title ?? source ?? 'Source' }
}

function isWebAddress(text: string | undefined): text is string {
  return text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text)
}

/** Images in S3 are left out: a browser cannot load them, and the bucket's name is nobody's business. */
export function toFile({ format, source }: ImagePart): UIMessageChunk | undefined {
  if (source.type !== 'base64') return undefined
  const mediaType = `image/${format}`
  return { type: 'file', mediaType, url: `data:${mediaType};base64,${source.base64}` }
}

/** Text as text, a single JSON value as itself, everything else as the list of parts. */
export function toOutput(content: readonly ToolResultContent[]): JsonValue {
  const [first] = content
  if (content.length === 1 && first?.type === 'json') return first.value
  if (content.every((part) => part.type === 'text')) return content.map(({ text }) => text).join('\n')
  return content as unknown as JsonValue
}
