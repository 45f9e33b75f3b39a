import type { AudioPart, DocumentPart, ImagePart, JsonObject, MediaSource } from '@x/types'
import { AgentError } from '@x/types'
import type { Medium } from './quirks.js'
import type { ToContext } from './to-context.js'
import { unsupported } from './to-context.js'

export function toImage({ format, source }: ImagePart, context: ToContext, path: string): JsonObject {
  checkMedium('image', format, context.quirks.imageFormats, context, path)
  return { type: 'image_url', image_url: { url: `data:image/${format};base64,${toBase64(source, path)}` } }
}

export function toAudio({ format, source }: AudioPart, context: ToContext, path: string): JsonObject {
  checkMedium('audio', format, context.quirks.audioFormats, context, path)
  return { type: 'input_audio', input_audio: { data: toBase64(source, path), format } }
}

/** What is text goes as text, which every server takes; a PDF as a file. Other formats have no place on this wire. */
export function toDocument(part: DocumentPart, context: ToContext, path: string): JsonObject {
  const text = textOf(part, path)
  if (part.citations) context.warnings.push(uncited(path))
  if (text !== undefined) return { type: 'text', text: toNamedText(part.name, text, part.context) }
  checkMedium('document', part.format ?? 'of no known format', ['pdf'], context, path)
  if (part.context !== undefined) throw unsupported('The context of a PDF', path, 'Give it as a text part before it.')
  const data = toBase64(part.source as MediaSource, path)
  return { type: 'file', file: { filename: `${part.name}.pdf`, file_data: `data:application/pdf;base64,${data}` } }
}

/** A text under its name. */
export function toNamedText(name: string, text: string, about?: string): string {
  return [`Document: ${name}`, ...(about === undefined ? [] : [about]), '', text].join('\n')
}

function textOf({ source, format }: DocumentPart, path: string): string | undefined {
  if (source.type === 'text') return source.text
  if (source.type === 'content') return source.content.join('\n\n')
  if (!format || !textFormats.has(format)) return undefined
  const bytes = Uint8Array.from(atob(toBase64(source, path)), (unit) => unit.charCodeAt(0))
  return new TextDecoder().decode(bytes)
}

const textFormats: ReadonlySet<string> = new Set(['txt', 'md', 'csv', 'html'])

function checkMedium(
  medium: Medium,
  format: string,
  formats: readonly string[] | undefined,
  { quirks }: ToContext,
  path: string,
): void {
  const article = medium === 'document' ? 'A document' : medium === 'image' ? 'An image' : 'Audio'
  if (quirks.media && !quirks.media.includes(medium)) {
    const taken = quirks.media.length > 0 ? quirks.media.join(', ') : 'text alone'
    throw unsupported(article, path, `This server takes ${taken}; \`dialect\` says which one it is.`)
  }
  if (formats && !formats.includes(format)) {
    throw unsupported(`${article} (${format})`, path, `Convert it first: ${formats.join(', ')} can be sent.`)
  }
}

/** @throws AgentError `unsupported` for a place in S3; `invalid-messages` when it is not base64. */
function toBase64(source: MediaSource, path: string): string {
  if (source.type === 's3') throw unsupported('An object in S3', path, 'Load it, and give its bytes as base64.')
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(source.base64) && source.base64.length % 4 !== 1) return source.base64
  throw new AgentError('invalid-messages', `The bytes at ${path} are not base64.`, {
    hint: 'Give the base64 text alone, without line breaks and without "data:...;base64," before it.',
  })
}

function uncited(path: string): ToContext['warnings'][number] {
  const message = 'Citations cannot be asked for over Chat Completions.'
  return { type: 'warning', code: 'citations-ignored', path, message }
}
