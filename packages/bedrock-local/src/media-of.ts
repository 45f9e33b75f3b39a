import type { WireBlock } from './wire.js'

/** An image, a document, a video or a sound of a content block. */
export interface Media {
  readonly kind: 'image' | 'document' | 'video' | 'audio'
  /** Missing for some documents. */
  readonly format?: string
  /** Base64. */
  readonly bytes?: string
  readonly isInS3: boolean
  /** Characters of a document given as text. */
  readonly textLength: number
}

/** What medium a block holds, if any. The body has passed the rules of shape. */
export function mediaOf(block: WireBlock): Media | undefined {
  for (const kind of ['image', 'document', 'video', 'audio'] as const) {
    const medium = block[kind] as WireMedium | null | undefined
    if (!medium) continue
    const { bytes, s3Location, text = '', content } = medium.source
    const texts = (content ?? []).map((part) => part.text ?? '')
    return {
      kind,
      ...(medium.format && { format: medium.format }),
      ...(bytes && { bytes }),
      isInS3: Boolean(s3Location),
      textLength: (text?.length ?? 0) + texts.join('').length,
    }
  }
  return undefined
}

interface WireMedium {
  readonly format?: string | null
  readonly source: {
    readonly bytes?: string | null
    readonly s3Location?: object | null
    readonly text?: string | null
    readonly content?: readonly { readonly text?: string | null }[] | null
  }
}

/** Bytes that base64 stands for. */
export function byteLengthOf(base64: string): number {
  return Math.floor((base64.length * 3) / 4) - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0)
}

/** In hexadecimal. */
const signatures: readonly (readonly [format: string, start: RegExp])[] = [
  ['png', /^89504e470d0a1a0a/],
  ['jpeg', /^ffd8ff/],
  ['gif', /^47494638(37|39)61/],
  ['webp', /^52494646.{8}57454250/],
]

/** What an image's first bytes say that it is; `undefined` when they say nothing. */
export function sniffImage(base64: string): string | undefined {
  const start = Buffer.from(base64.slice(0, 24), 'base64').toString('hex')
  return signatures.find(([, signature]) => signature.test(start))?.[0]
}
