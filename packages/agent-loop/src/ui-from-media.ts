import type { AudioPart, DocumentPart, ImagePart, VideoPart } from '@x/types'
import { AgentError } from '@x/types'

type Kind =
  | Pick<ImagePart, 'type' | 'format'>
  | Pick<VideoPart, 'type' | 'format'>
  | Pick<AudioPart, 'type' | 'format'>
  | (Pick<DocumentPart, 'type'> & { readonly format: NonNullable<DocumentPart['format']> })

/**
 * A `file` part: a data URL, as `useChat` makes of chosen files. Other addresses are refused, as nobody would check what
 * the server then fetched.
 * @param names of documents so far; the new one is added, as a request must not hold two of one name
 * @throws AgentError `invalid-messages`, `unsupported`
 */
export function fromFile(part: object, names: Set<string>): ImagePart | VideoPart | AudioPart | DocumentPart {
  const { url, filename } = part as { url?: unknown; filename?: unknown }
  const [, mediaType = '', base64] = /^data:([^;,]{1,128})(?:;[^;,]{1,64})*;base64,(.*)$/s.exec(String(url)) ?? []
  if (base64 === undefined) {
    throw new AgentError('invalid-messages', 'A file is not given as a data URL in base64.', {
      hint: 'Have the browser send its bytes; the server does not fetch addresses.',
    })
  }
  if (!isBase64(base64)) throw new AgentError('invalid-messages', 'A file is not valid base64.')
  const kind = Object.hasOwn(kinds, mediaType.toLowerCase()) ? kinds[mediaType.toLowerCase()] : undefined
  if (!kind) {
    throw new AgentError('unsupported', `No model reads files of type ${JSON.stringify(mediaType)}.`, {
      hint: `Known types: ${Object.keys(kinds).join(', ')}.`,
    })
  }
  const source = { type: 'base64', base64 } as const
  if (kind.type !== 'document') return { ...kind, source }
  return { ...kind, name: nameOf(filename, names), source }
}

/** Without a regular expression over the whole, which could overflow on long files. */
function isBase64(text: string): boolean {
  if (text.length === 0 || text.length % 4 !== 0) return false
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length
  for (let index = 0; index < end; index++) {
    const code = text.charCodeAt(index)
    const isDigit = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || (code >= 47 && code <= 57)
    if (!isDigit && code !== 43) return false
  }
  return true
}

/** In the letters that Bedrock takes, and unlike the others. */
function nameOf(filename: unknown, names: Set<string>): string {
  const text = typeof filename === 'string' ? filename.replace(/\.[a-z0-9]{1,5}$/i, '') : ''
  const letters = text.replace(/[^a-zA-Z0-9\s()[\]-]/g, '-').replace(/\s+/g, ' ')
  const base = letters.trim().slice(0, 100) || 'file'
  let name = base
  for (let count = 2; names.has(name); count++) name = `${base} (${count})`
  names.add(name)
  return name
}

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const sheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const kinds: Readonly<Record<string, Kind>> = {
  'image/png': { type: 'image', format: 'png' },
  'image/jpeg': { type: 'image', format: 'jpeg' },
  'image/gif': { type: 'image', format: 'gif' },
  'image/webp': { type: 'image', format: 'webp' },
  'application/pdf': { type: 'document', format: 'pdf' },
  'text/plain': { type: 'document', format: 'txt' },
  'text/markdown': { type: 'document', format: 'md' },
  'text/csv': { type: 'document', format: 'csv' },
  'text/html': { type: 'document', format: 'html' },
  'application/msword': { type: 'document', format: 'doc' },
  [word]: { type: 'document', format: 'docx' },
  'application/vnd.ms-excel': { type: 'document', format: 'xls' },
  [sheet]: { type: 'document', format: 'xlsx' },
  'video/mp4': { type: 'video', format: 'mp4' },
  'video/webm': { type: 'video', format: 'webm' },
  'video/quicktime': { type: 'video', format: 'mov' },
  'video/mpeg': { type: 'video', format: 'mpeg' },
  'video/x-matroska': { type: 'video', format: 'mkv' },
  'audio/mpeg': { type: 'audio', format: 'mp3' },
  'audio/wav': { type: 'audio', format: 'wav' },
  'audio/ogg': { type: 'audio', format: 'ogg' },
  'audio/flac': { type: 'audio', format: 'flac' },
  'audio/mp4': { type: 'audio', format: 'm4a' },
}
