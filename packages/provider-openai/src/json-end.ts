/** Looks for the end of a JSON object or array in text that comes in pieces, each looked at once. */
export interface JsonEnd {
  push(text: string): void
  /** The brackets are all closed. A value of another kind has no end that could be seen. */
  readonly reached: boolean
}

export function jsonEnd(): JsonEnd {
  let depth = 0
  let reached = false
  let inString = false
  let escaped = false
  return {
    push(text) {
      for (let index = 0; index < text.length && !reached; index++) {
        const unit = text.charCodeAt(index)
        if (escaped) escaped = false
        else if (inString) {
          if (unit === backslash) escaped = true
          else if (unit === quote) inString = false
        } else if (unit === quote) inString = true
        else if (unit === openBrace || unit === openBracket) depth++
        else if (unit === closeBrace || unit === closeBracket) reached = --depth <= 0
      }
    },
    get reached() {
      return reached
    },
  }
}

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
