/**
 * A name that Bedrock takes for a document: letters, digits, single spaces, `-`, `()` and `[]`, 200 characters at most.
 * Whatever else is in it is left out; with nothing left it is `document`.
 */
export function toDocumentName(name: string): string {
  const taken = name.normalize('NFC').replaceAll(/[^\p{L}\p{N}\s()[\]-]/gu, '')
  const short = [...taken.replaceAll(/\s+/g, ' ').trim()].slice(0, maxLength).join('')
  return short.trim() || 'document'
}

const maxLength = 200
