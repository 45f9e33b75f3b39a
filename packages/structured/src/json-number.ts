/** Reads one JSON number after the other, each in any number of pieces. Nothing of it can be shown before it ends. */
export class NumberReader {
  #text = ''
  #phase = atStart

  start(): void {
    this.#text = ''
    this.#phase = atStart
  }

  /** Gives the index of the first character that cannot belong to the number, or the length of the text. */
  read(text: string, from: number): number {
    let phase = this.#phase
    let index = from
    for (; index < text.length; index++) {
      const code = text.charCodeAt(index)
      const isDigit = code >= 0x30 && code <= 0x39
      const next = isDigit ? afterDigit(phase, code) : afterSign(phase, code)
      if (next < 0) break
      phase = next
    }
    this.#phase = phase
    this.#text += text.slice(from, index)
    return index
  }

  /** Whether what was read is a whole number: the text may end here. */
  get isWhole(): boolean {
    return (
      this.#phase === inZero || this.#phase === inInteger || this.#phase === inFraction || this.#phase === inExponent
    )
  }

  get value(): number {
    return Number(this.#text)
  }
}

/** Whether a number begins with this character. */
export function startsNumber(code: number): boolean {
  return code === 0x2d || (code >= 0x30 && code <= 0x39)
}

const atStart = 0
const afterMinus = 1
const inZero = 2
const inInteger = 3
const afterPoint = 4
const inFraction = 5
const afterE = 6
const afterExponentSign = 7
const inExponent = 8

/** The phase that follows, or -1. */
function afterDigit(phase: number, code: number): number {
  switch (phase) {
    case inInteger:
    case inFraction:
    case inExponent:
      return phase
    case atStart:
    case afterMinus:
      return code === 0x30 ? inZero : inInteger
    case afterPoint:
      return inFraction
    case afterE:
    case afterExponentSign:
      return inExponent
    default:
      return -1
  }
}

/** The same for a character that is no digit. */
function afterSign(phase: number, code: number): number {
  if (code === 0x2d && phase === atStart) return afterMinus
  if (code === 0x2e && (phase === inZero || phase === inInteger)) return afterPoint
  if ((code === 0x2d || code === 0x2b) && phase === afterE) return afterExponentSign
  const isE = code === 0x65 || code === 0x45
  return isE && (phase === inZero || phase === inInteger || phase === inFraction) ? afterE : -1
}
