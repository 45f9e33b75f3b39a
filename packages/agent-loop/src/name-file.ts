import { createHash } from 'node:crypto'

/**
 * A file name for any id, the same for the same id alone: also where `A` and `a`, or two spellings of `ä`, are one name,
 * and where names such as `..` or `con` mean something else. Ids that are too long for a name, or no proper Unicode, are
 * hashed; then the file must say whose it is.
 */
export function nameFile(id: string): string {
  const name = isProperUnicode(id) ? `s-${toPercent(id)}` : ''
  if (name !== '' && name.length <= maxNameLength) return name
  return `h-${createHash('sha256').update(id, 'utf16le').digest('hex')}`
}

/** The id that a name stands for; `undefined` for a hash. */
export function idOfFileName(name: string): string | undefined {
  return name.startsWith('s-') ? decodeURIComponent(name.slice(2)) : undefined
}

/** Leaves room for what is added to names, below the 255 bytes of common file systems. */
const maxNameLength = 180

function toPercent(id: string): string {
  const bytes = [...Buffer.from(id)]
  return bytes.map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `%${hex(byte)}`)).join('')
}

/** Of `[a-z0-9_-]`: no capitals, no dots. */
function isPlain(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2d
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function isProperUnicode(id: string): boolean {
  return Buffer.from(id).toString() === id
}
