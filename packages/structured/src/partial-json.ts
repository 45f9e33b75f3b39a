import type { JsonValue } from '@x/types'
import { AgentError } from '@x/types'
import { JsonMachine } from './json-machine.js'
import type { JsonPath } from './json-tree.js'

export type { JsonPath } from './json-tree.js'

export interface PartialJsonOptions {
  /** Containers within containers. Default 512. */
  readonly maxDepth?: number
  /** UTF-16 units of all text, prose included. Default 8,388,608. */
  readonly maxLength?: number
  /**
   * Called once for each value that has closed, containers and scalars, children first, the root last (path `[]`). A
   * scalar at the root closes with `end()`. Must not push.
   */
  readonly onClose?: (path: JsonPath, value: JsonValue) => void
}

/**
 * Reads JSON while it is being written: text goes in, cut anywhere, and `value` is what is certain so far.
 *
 * - Numbers, literals, member names and half surrogate pairs are held back until they are whole. A string grows.
 * - Prose, code fences and thinking between tags in front of the value are skipped; what follows it is not looked at.
 *   The first object or array is the value. Brackets of prose are told from JSON by what follows them: as long as there
 *   was no scalar in it, a root that turns out to be prose is taken back.
 * - A comma before a closing bracket and raw line breaks in strings are taken. Anything else that is not JSON stops the
 *   parser: `value` stays, later text is ignored, and `end()` throws.
 *
 * Cost: `push` takes time in proportion to its text, however it is cut. A snapshot copies the open containers, and
 * nothing that is closed. To keep all snapshots together in proportion to the text as well, one with very many open
 * children (2,048 items; a member counts as 16) is renewed only when enough new text has come to pay for it: a character
 * for 32 items. An open list of 10,000 items is shown anew after each 313 characters. A whole value, and one that broke
 * off, is always shown to the last character.
 */
export class PartialJsonParser {
  readonly #machine: JsonMachine
  readonly #maxLength: number
  #length = 0
  #lengthShown = 0
  #value: JsonValue | undefined
  #isEnded = false

  constructor(options: PartialJsonOptions = {}) {
    const { maxDepth = 512, maxLength = 8_388_608, onClose } = options
    for (const [name, limit] of Object.entries({ maxDepth, maxLength })) {
      if (Number.isInteger(limit) && limit > 0) continue
      throw new AgentError('invalid-config', `${name} of PartialJsonParser must be a whole number of at least 1.`)
    }
    this.#machine = new JsonMachine({ maxDepth, onClose })
    this.#maxLength = maxLength
  }

  /** Takes the next piece of text. Does not throw for what is in it: see `end()`. */
  push(text: string): void {
    const room = this.#maxLength - this.#length
    this.#length += text.length
    try {
      this.#machine.read(text.length <= room ? text : text.slice(0, Math.max(0, room)))
    } catch (error) {
      // Only `onClose` throws, and the rest of this text is lost with it.
      this.#machine.fail(0, 'onClose threw an error')
      throw error
    }
    const { isComplete, fault } = this.#machine
    if (text.length > room && !isComplete && !fault) {
      this.#machine.fail(0, `more text than maxLength (${this.#maxLength})`)
    }
  }

  /**
   * What is certain so far; undefined before the value begins. Not to be changed: snapshots share their closed parts. The
   * same object as before while there is nothing new to show.
   */
  get value(): JsonValue | undefined {
    if (this.#machine.isChanged && this.#isDue()) {
      this.#machine.isChanged = false
      this.#lengthShown = this.#length
      this.#value = this.#machine.snapshot()
    }
    return this.#value
  }

  /** Whether the root value is closed. After a number this is known only when something follows, or with `end()`. */
  get isComplete(): boolean {
    return this.#machine.isComplete
  }

  /** Whether the value at `path` is there and closed: nothing in it will change. */
  isClosed(path: JsonPath): boolean {
    return path.length === 0 ? this.isComplete : this.#machine.tree.hasClosed(path)
  }

  /**
   * There is no more text. Gives the value.
   *
   * @throws AgentError `invalid-output`, with the offset in characters, when the text ended too early or is not JSON.
   */
  end(): JsonValue {
    this.#isEnded = true
    this.#machine.end()
    const { fault } = this.#machine
    if (fault !== undefined) {
      throw new AgentError('invalid-output', `Not JSON at character ${fault.offset}: ${fault.problem}.`)
    }
    return this.value as JsonValue
  }

  #isDue(): boolean {
    const { isComplete, fault, tree } = this.#machine
    if (isComplete || fault !== undefined || this.#isEnded || tree.weight <= freeWeight) return true
    return tree.weight <= (this.#length - this.#lengthShown) * weightPerCharacter
  }
}

/** A snapshot of no more than this weight, an item being 1, is always made. */
const freeWeight = 2048
/** What may be copied for each new character. */
const weightPerCharacter = 32
