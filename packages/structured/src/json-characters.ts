/** Characters of the grammar, as UTF-16 units. */
export const quote = 0x22
export const comma = 0x2c
export const colon = 0x3a
export const openBracket = 0x5b
export const backslash = 0x5c
export const closeBracket = 0x5d
export const backtick = 0x60
export const openBrace = 0x7b
export const closeBrace = 0x7d

/** The four characters that JSON calls white space. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

/** The index of the next character that is no white space, or the length of the text. */
export function skipSpace(text: string, from: number): number {
  let index = from
  while (index < text.length && isSpace(text.charCodeAt(index))) index++
  return index
}

/** Letters, digits, and the signs of a number: none of them may follow a number. */
export function isWordCharacter(code: number): boolean {
  const lower = code | 0x20
  return (code >= 0x2b && code <= 0x39 && code !== comma && code !== 0x2f) || (lower >= 0x61 && lower <= 0x7a)
}
