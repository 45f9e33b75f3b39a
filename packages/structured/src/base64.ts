/** Base64 of bytes, by what every engine has. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let start = 0; start < bytes.length; start += pieceLength) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + pieceLength)))
  }
  return btoa(pieces.join(''))
}

/** Few enough to be the arguments of one call. */
const pieceLength = 0x8000

/** The first bytes as text, one character a byte; `undefined` when the text is not base64. */
export function firstBytes(base64: string, count: number): string | undefined {
  if (!isBase64(base64)) return undefined
  const head = base64.slice(0, Math.ceil(count / 3) * 4)
  return atob(head).slice(0, count)
}

/** Padded, in the usual alphabet, without line breaks; not empty. */
function isBase64(text: string): boolean {
  return text !== '' && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
}
