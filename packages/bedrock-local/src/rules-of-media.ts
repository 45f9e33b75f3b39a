import { byteLengthOf, mediaOf, sniffImage } from './media-of.js'
import { placesOf } from './places.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { unsupportedField, vendorSays } from './vendor-says.js'
import type { WireBlock } from './wire.js'

/** Images, documents, videos and citations. */
export const mediaRules: readonly Rule[] = [
  documentBesideText,
  documentNamed,
  documentNamesUnique,
  documentCount,
  documentSize,
  mediaFromUser,
  fromS3,
  citations,
  imageCount,
  imageSize,
  imageFormat,
  videoSize,
]

function documentBesideText({ body }: CheckedRequest): Refusal | undefined {
  const lonely = (body.messages ?? []).some(
    ({ content }) => content.some((block) => block.document) && !content.some((block) => block.text),
  )
  return lonely ? invalid('A text block must be included when using documents.') : undefined
}

/** The text is quoted in public issues; that `_` passes and U+3000 does not was found by trial there. */
function documentNamed({ body }: CheckedRequest): Refusal | undefined {
  if (documentsOf(body).every(({ name }) => /^(?!.* {2})[a-zA-Z0-9_ \-()[\]]+$/.test(String(name)))) return undefined
  return invalid(
    'The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and ' +
      "square brackets. The name can't contain more than one consecutive whitespace character. Check that the file " +
      'name conforms to these restrictions and retry your request.',
  )
}

function documentNamesUnique({ body }: CheckedRequest): Refusal | undefined {
  const names = documentsOf(body).map(({ name }) => name)
  if (new Set(names).size === names.length) return undefined
  return invalid("Messages can't contain duplicate document names. Rename the document and retry your request.")
}

/** Quoted in public issues. */
function documentCount({ body }: CheckedRequest): Refusal | undefined {
  return documentsOf(body).length > 5 ? invalid("You can't include more than 5 documents in a request.") : undefined
}

const maxDocumentBytes = 4_500_000

/** Documented; the text is ours. PDFs are let through, as Claude and Nova take larger ones. */
function documentSize({ body }: CheckedRequest): Refusal | undefined {
  for (const { block, path } of placesOf(body)) {
    const medium = mediaOf(block)
    const bytes = medium?.kind === 'document' && medium.format !== 'pdf' ? byteLengthOf(medium.bytes ?? '') : 0
    if (bytes > maxDocumentBytes) return invalid(`The document at ${path} exceeds the maximum size of 4.5 MB.`)
  }
  return undefined
}

/** Documented; the text is ours. */
function mediaFromUser({ body }: CheckedRequest): Refusal | undefined {
  const wrong = placesOf(body).find(
    ({ block, role, inResult }) => role === 'assistant' && !inResult && (block.document || block.video),
  )
  if (!wrong) return undefined
  return invalid(`The content block at ${wrong.path} can only be included in messages with the user role.`)
}

/** Recorded. */
function fromS3({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (!quirks.refusesS3) return undefined
  return placesOf(body).some(({ block }) => mediaOf(block)?.isInS3) ? unsupportedField('s3Uri') : undefined
}

/** The three texts are quoted in public issues. */
function citations({ quirks, body }: CheckedRequest): Refusal | undefined {
  for (const { block, inResult } of placesOf(body)) {
    if (!wantsCitations(block)) continue
    if (inResult) return invalid('Citations are not supported in tool result documents.')
    if (quirks.refusesCitations) return invalid("This model doesn't support citations.")
    const { format = 'txt', kind } = mediaOf(block) ?? {}
    if (kind === 'document' && !['txt', 'pdf'].includes(format)) {
      return invalid('Unsupported document format. Only txt and pdf formats are supported when citations are enabled')
    }
  }
  return undefined
}

/** Whether an answer is asked to say where it found what. */
export function wantsCitations(block: WireBlock): boolean {
  const cited = block.document as { readonly citations?: { readonly enabled?: boolean } | null } | null | undefined
  return cited?.citations?.enabled === true
}

/** Quoted in public issues, with 20 and with 100. */
function imageCount({ quirks, body }: CheckedRequest): Refusal | undefined {
  const kinds = placesOf(body).map(({ block }) => mediaOf(block)?.kind)
  const images = kinds.filter((kind) => kind === 'image').length
  const documents = kinds.filter((kind) => kind === 'document').length
  const { maxImages } = quirks
  if (maxImages === undefined || images + documents <= maxImages) return undefined
  return vendorSays(`too many images and documents: ${images} + ${documents} > ${maxImages}`)
}

const maxClaudeImageBase64 = 5_242_880
const maxImageBytes = 3_750_000

/** Claude measures the base64, as quoted; 3.75 MB elsewhere are documented, with a text of ours. */
function imageSize({ quirks, body }: CheckedRequest): Refusal | undefined {
  for (const { block, path } of placesOf(body)) {
    const { kind, bytes = '' } = mediaOf(block) ?? {}
    if (kind !== 'image') continue
    if (quirks.dialect === 'anthropic' && bytes.length > maxClaudeImageBase64) {
      const sizes = `${bytes.length} bytes > ${maxClaudeImageBase64} bytes`
      return vendorSays(`${path}.image.source.bytes: image exceeds 5 MB maximum: ${sizes}`)
    }
    if (quirks.dialect !== 'anthropic' && byteLengthOf(bytes) > maxImageBytes) {
      return invalid(`The image at ${path} exceeds the maximum size of 3.75 MB.`)
    }
  }
  return undefined
}

/** Both texts are quoted in public issues. */
function imageFormat({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (!quirks.checksImageFormat) return undefined
  for (const { block, path } of placesOf(body)) {
    const { kind, format, bytes = '' } = mediaOf(block) ?? {}
    const seen = kind === 'image' ? sniffImage(bytes) : undefined
    if (seen === undefined || seen === format) continue
    if (quirks.dialect !== 'anthropic')
      return vendorSays('The provided image does not match the specified image format.')
    const words = `specified using the image/${format} media type, but the image appears to be a image/${seen} image`
    return vendorSays(`${path}.image.source.bytes: The image was ${words}`)
  }
  return undefined
}

const maxVideoBase64 = 25_000_000

/** Documented; the text is ours. */
function videoSize({ body }: CheckedRequest): Refusal | undefined {
  for (const { block, path } of placesOf(body)) {
    const { kind, bytes = '' } = mediaOf(block) ?? {}
    if (kind === 'video' && bytes.length >= maxVideoBase64) {
      return invalid(`The video at ${path} exceeds the maximum size of 25 MB. Use an S3 location instead.`)
    }
  }
  return undefined
}

function documentsOf(body: CheckedRequest['body']): readonly { readonly name?: unknown }[] {
  return placesOf(body).flatMap(({ block }) => (block.document ? [block.document] : []))
}
