/** Reads `true`, `false` and `null`, each in any number of pieces. Nothing of one can be shown before it is whole. */
export class LiteralReader {
  #word: keyof typeof values = 'null'
  #index = 0

  get word(): string {
    return this.#word
  }

  get isWhole(): boolean {
    return this.#index === this.#word.length
  }

  get value(): boolean | null {
    return values[this.#word]
  }

  /** Whether a literal begins with this character; if so it is the one that is read next. */
  start(code: number): boolean {
    const word = words.get(code)
    if (word === undefined) return false
    this.#word = word
    this.#index = 0
    return true
  }

  /** Gives the index behind the word, that of a character that does not belong to it, or the length of the text. */
  read(text: string, from: number): number {
    let index = from
    while (index < text.length && !this.isWhole && text[index] === this.#word[this.#index]) {
      this.#index++
      index++
    }
    return index
  }
}

const values = { true: true, false: false, null: null }
const words = new Map((['true', 'false', 'null'] as const).map((word) => [word.charCodeAt(0), word]))
