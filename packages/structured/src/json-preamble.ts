import { backtick, closeBrace, closeBracket, isSpace, openBrace, openBracket } from './json-characters.js'

/**
 * What stands in front of the JSON of an answer: prose, the opening of a code fence, and thinking between tags, all of it
 * skipped piece by piece. The text may be cut anywhere.
 */
export class JsonPreamble {
  /** Nothing but white space, thinking and the opening of a fence so far: only here may a scalar be the root. */
  isFresh = true
  /** Brackets that belong to prose and are still open; nothing inside of them is an answer. */
  #openBrackets = 0
  #backticks = 0
  /** After the three backticks of a fence: its language. */
  #isInFenceInfo = false
  /** What has been read of a possible tag, from `<` on; empty when there is none. */
  #tag = ''
  /** The tag that ends the thinking; empty outside of it. */
  #closingTag = ''

  /** Prose again: `openBrackets` of the text looked like a root and were none. */
  fallBack(openBrackets: number): void {
    this.isFresh = false
    this.#openBrackets = openBrackets
    this.#backticks = 0
    this.#isInFenceInfo = false
  }

  /** Gives the index at which the root may begin, or the length of the text. */
  skip(text: string, from: number): number {
    let index = from
    while (index < text.length) {
      const code = text.charCodeAt(index)
      if (this.#tag !== '' || this.#closingTag !== '' || code === lessThan) {
        index = this.#closingTag === '' ? this.#readTag(text, index) : this.#skipThinking(text, index)
      } else if (code === backtick) {
        this.#readBacktick()
        index++
      } else if (this.#isInFenceInfo && isInfo(code)) {
        index++
      } else {
        if (this.#isRoot(code)) return index
        index++
      }
    }
    return index
  }

  #isRoot(code: number): boolean {
    this.#backticks = 0
    this.#isInFenceInfo = false
    if (code === openBrace || code === openBracket) {
      if (this.#openBrackets === 0) return true
      this.#openBrackets++
    } else if (code === closeBrace || code === closeBracket) {
      this.isFresh = false
      if (this.#openBrackets > 0) this.#openBrackets--
    } else if (!isSpace(code) && code !== byteOrderMark) {
      if (this.isFresh && scalarStarts.has(code)) return true
      this.isFresh = false
    }
    return false
  }

  #readBacktick(): void {
    if (++this.#backticks < 3) return
    this.#isInFenceInfo = true
    this.isFresh = this.#openBrackets === 0
  }

  #readTag(text: string, from: number): number {
    for (let index = from; index < text.length; index++) {
      const next = this.#tag + (text[index] as string).toLowerCase()
      const closing = thinkingTags.get(next)
      if (closing !== undefined) {
        this.#tag = ''
        this.#closingTag = closing
        return index + 1
      }
      if (!tagBeginnings.has(next)) {
        // No tag: the character that tells so is looked at as prose, or as the `<` of the next one.
        this.#tag = ''
        this.isFresh = false
        return index
      }
      this.#tag = next
    }
    return text.length
  }

  #skipThinking(text: string, from: number): number {
    let index = from
    while (index < text.length) {
      if (this.#tag === '') {
        index = text.indexOf('<', index)
        if (index < 0) return text.length
      }
      const next = this.#tag + (text[index] as string).toLowerCase()
      if (next === this.#closingTag) {
        this.#tag = ''
        this.#closingTag = ''
        return index + 1
      }
      const isBeginning = this.#closingTag.startsWith(next)
      this.#tag = isBeginning ? next : ''
      // A wrong character may be the `<` of the tag itself: it is looked at once more.
      if (isBeginning) index++
    }
    return index
  }
}

/** The names under which models write down what they think before they answer. */
const thinkingTagNames = ['think', 'thinking', 'thought', 'thoughts', 'reasoning', 'reflection', 'scratchpad']

const thinkingTags = new Map(thinkingTagNames.map((name) => [`<${name}>`, `</${name}>`]))
const tagBeginnings = new Set(
  [...thinkingTags.keys()].flatMap((tag) => Array.from(tag, (_, index) => tag.slice(0, index + 1))),
)

const lessThan = 0x3c
const scalarStarts = new Set([...'"-0123456789tfn'].map((character) => character.charCodeAt(0)))

/** It can only stand in front of all text. */
const byteOrderMark = 0xfeff

/** Letters, digits, and `+ - . _`: the name of a language behind the backticks. */
function isInfo(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  )
}
