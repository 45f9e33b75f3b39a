import { backslash, quote } from './json-characters.js'

/** Reads one JSON string after the other, each in any number of pieces. */
export class StringReader {
  /** What is certain of the string so far. */
  text = ''
  isClosed = false
  /** What is wrong at the index that `read` gave; undefined while nothing is. */
  problem: string | undefined
  /** The first half of a surrogate pair, until it is known what follows it; else empty. */
  #half = ''
  /** Characters of an escape that are still to come: 0 outside of one, 5 after the backslash, 4 to 1 after `\u`. */
  #escape = 0
  #code = 0

  start(): void {
    this.text = ''
    this.isClosed = false
    this.problem = undefined
    this.#half = ''
    this.#escape = 0
  }

  /** Gives the index at which it stopped: behind the closing quote, at the end of the text, or at what is wrong. */
  read(text: string, from: number): number {
    let index = from
    while (index < text.length) {
      if (this.#escape > 0) {
        if (!this.#readEscape(text.charCodeAt(index))) return index
        index++
        continue
      }
      const start = index
      let code = 0
      // Raw control characters are taken as they are: models write line breaks into strings.
      for (; index < text.length; index++) {
        code = text.charCodeAt(index)
        if (code === quote || code === backslash) break
      }
      if (index > start) this.#append(text.slice(start, index))
      if (index === text.length) return index
      index++
      if (code === quote) {
        this.#close()
        return index
      }
      this.#escape = 5
    }
    return index
  }

  #close(): void {
    this.text += this.#half
    this.#half = ''
    this.isClosed = true
  }

  #append(piece: string): void {
    // Only ever the piece is looked into: the text is a rope, and to look into it would copy it each time.
    const last = piece.charCodeAt(piece.length - 1)
    const isHalf = last >= 0xd800 && last <= 0xdbff
    const certain = isHalf ? piece.slice(0, -1) : piece
    this.text += this.#half === '' ? certain : this.#half + certain
    this.#half = isHalf ? piece.slice(-1) : ''
  }

  #readEscape(code: number): boolean {
    if (this.#escape === 5) {
      if (code === letterU) {
        this.#escape = 4
        this.#code = 0
        return true
      }
      const character = escapes.get(code)
      if (character === undefined) return this.#fail('an escape (one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u)')
      this.#escape = 0
      this.#append(character)
      return true
    }
    const digit = hexDigit(code)
    if (digit < 0) return this.#fail('a hexadecimal digit')
    this.#code = this.#code * 16 + digit
    if (--this.#escape === 0) this.#append(String.fromCharCode(this.#code))
    return true
  }

  #fail(expected: string): boolean {
    this.problem = expected
    return false
  }
}

const letterU = 0x75
const escapes = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
    ([letter, character]) => [letter.charCodeAt(0), character],
  ),
)

/** 0 to 15, or -1. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
