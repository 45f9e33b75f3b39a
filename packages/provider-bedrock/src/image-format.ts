import type { ImagePart } from '@x/types'

/** The format that an image's first bytes tell, or undefined. Reads 12 bytes, however long the image is. */
export function imageFormatOf(base64: string): ImagePart['format'] | undefined {
  const bytes = Buffer.from(base64.slice(0, 16), 'base64').toString('latin1')
  return signatures.find(([signature]) => signature.test(bytes))?.[1]
}

const signatures: readonly (readonly [RegExp, ImagePart['format']])[] = [
  [/^\x89PNG\r\n/, 'png'],
  [/^\xff\xd8\xff/, 'jpeg'],
  [/^GIF8[79]a/, 'gif'],
  [/^RIFF[\s\S]{4}WEBP/, 'webp'],
]
