import type { DocumentPart, ImagePart } from '@x/types'
import { AgentError } from '@x/types'
import { toDocumentName } from './document-name.js'
import type { MediaInput, ReadMedia } from './media-source.js'
import { readMedia } from './media-source.js'

export interface ImageOptions {
  /** Default: what the first bytes, the type of a data URL or the ending of an S3 key say. */
  readonly format?: ImagePart['format']
}

export interface PdfOptions {
  /** What the model reads as its name; characters that the service refuses are left out. Default `document`. */
  readonly name?: string
  /** What the model should know about it without it being citable. */
  readonly context?: string
  /** Ask for citations. */
  readonly citations?: boolean
}

/**
 * An image for the content of a message: from bytes, base64, a data URL or an S3 URI.
 * @throws AgentError `invalid-messages` for web URLs, for what is no image, and where the format is not known
 */
export function image(input: MediaInput, { format }: ImageOptions = {}): ImagePart {
  const read = readMedia('image', input)
  const known = format ?? imageFormatOf(read)
  if (known) return { type: 'image', format: known, source: read.source }
  throw new AgentError('invalid-messages', 'The format of the image cannot be told.', {
    hint: 'It must be png, jpeg, gif or webp: say which, image(…, { format: "png" }).',
  })
}

/**
 * A PDF for the content of a message, beside a text that says what is to be done with it.
 * @throws AgentError `invalid-messages` for web URLs and for what is no PDF
 */
export function pdf(input: MediaInput, { name = '', context, citations }: PdfOptions = {}): DocumentPart {
  const { source, head } = readMedia('document', input)
  if (head !== undefined && !head.includes('%PDF-')) {
    throw new AgentError('invalid-messages', 'The document is no PDF.', {
      hint: 'A PDF begins with %PDF-. Files are read by pdfFile of /media-file.',
    })
  }
  return {
    ...{ type: 'document', format: 'pdf', name: toDocumentName(name), source },
    ...(context !== undefined && { context }),
    ...(citations !== undefined && { citations }),
  }
}

/** The bytes tell best, as labels are often wrong and the service refuses images that are not what they say. */
export function imageFormatOf({ head, mimeType, name, source }: ReadMedia): ImagePart['format'] | undefined {
  const signed = head === undefined ? undefined : signatures.find(([signature]) => signature.test(head))?.[1]
  const file = name ?? (source.type === 's3' ? source.uri : '')
  return signed ?? formatNamed(mimeType?.replace(/^image\//, '')) ?? formatNamed(/\.(\w+)$/.exec(file)?.[1])
}

const signatures: readonly (readonly [RegExp, ImagePart['format']])[] = [
  [/^\x89PNG\r\n/, 'png'],
  [/^\xff\xd8\xff/, 'jpeg'],
  [/^GIF8[79]a/, 'gif'],
  [/^RIFF[\s\S]{4}WEBP/, 'webp'],
]

function formatNamed(name = ''): ImagePart['format'] | undefined {
  const lower = name.toLowerCase()
  if (['jpg', 'jpeg', 'pjpeg'].includes(lower)) return 'jpeg'
  return (['png', 'gif', 'webp'] as const).find((format) => format === lower)
}
