import type { JsonValue } from '@x/types'
import {
  backtick,
  closeBrace,
  closeBracket,
  colon,
  comma,
  isWordCharacter,
  openBrace,
  openBracket,
  quote,
  skipSpace,
} from './json-characters.js'
import type { JsonFault } from './json-fault.js'
import { brokenOff, unexpected } from './json-fault.js'
import { LiteralReader } from './json-literal.js'
import { NumberReader, startsNumber } from './json-number.js'
import { JsonPreamble } from './json-preamble.js'
import { StringReader } from './json-string.js'
import type { OnClose } from './json-tree.js'
import { JsonTree } from './json-tree.js'

export interface MachineOptions {
  /** Containers within containers. */
  readonly maxDepth: number
  readonly onClose?: OnClose | undefined
  /** Begins in prose, inside this many of its brackets. Default: at the beginning of a text. */
  readonly openBrackets?: number | undefined
  /** Whether to go on behind a bracket of prose that looked like the root. Default true. */
  readonly goesOn?: boolean
}

/**
 * The grammar, as a state machine over pieces of text: what may come next, and what it does to the tree. Beyond JSON it
 * takes a comma before a closing bracket, raw control characters in strings, and prose around the value.
 */
export class JsonMachine {
  readonly tree: JsonTree
  /** Something that a snapshot shows has changed since this was last set to false. */
  isChanged = false
  fault: JsonFault | undefined
  /** Where the root begins; undefined while only prose was read. */
  start: number | undefined
  #state = inPreamble
  #offset = 0
  readonly #options: MachineOptions
  readonly #preamble = new JsonPreamble()
  readonly #string = new StringReader()
  readonly #number = new NumberReader()
  readonly #literal = new LiteralReader()
  /** A closed scalar at the root: if words follow it, it was prose. */
  #scalar: JsonValue | undefined
  /** Why a bracket of the text in front was no root. */
  #firstFault: JsonFault | undefined

  constructor(options: MachineOptions) {
    this.tree = new JsonTree(options.onClose)
    this.#options = options
    if (options.openBrackets !== undefined) this.#preamble.fallBack(options.openBrackets)
  }

  /** The value at the root is closed; what follows is not looked at, except after a scalar. */
  get isComplete(): boolean {
    return this.#state === isDone || this.#scalar !== undefined
  }

  /** What can be shown now. */
  snapshot(): JsonValue | undefined {
    if (this.#scalar !== undefined) return this.#scalar
    return this.tree.snapshot(this.#state === inString ? this.#string.text : undefined)
  }

  /** Nothing is open but containers, and the last thing in them is a closed value. */
  get isBehindValue(): boolean {
    return this.#state === afterValue
  }

  /** Gives the index behind the value, or at what is wrong; the length of the text while there is more to come. */
  read(text: string): number {
    let index = 0
    while (index < text.length && this.#state !== isDone && !this.fault) index = this.#step(text, index)
    this.#offset += text.length
    return index
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#state === inNumber && this.tree.depth === 0 && this.#number.isWhole) this.#scalar = this.#number.value
    if (this.#scalar !== undefined) this.#confirmScalar()
    if (this.#state !== isDone && !this.fault) this.#failAtEnd()
  }

  /** Stops here; what was shown stays. */
  fail(index: number, problem: string): number {
    this.fault = { offset: this.#offset + index, problem }
    return index
  }

  #step(text: string, index: number): number {
    switch (this.#state) {
      case inString:
        return this.#readString(text, index)
      case inName:
        return this.#readName(text, index)
      case inNumber:
        return this.#readNumber(text, index)
      case inLiteral:
        return this.#readLiteral(text, index)
      case inPreamble:
        return this.#readPreamble(text, index)
      default:
        return this.#readStructure(text, index)
    }
  }

  #readStructure(text: string, from: number): number {
    const index = skipSpace(text, from)
    if (index === text.length) return index
    const code = text.charCodeAt(index)
    switch (this.#state) {
      case atName:
        if (code === quote) return this.#startString(index, inName)
        if (code === closeBrace) return this.#close(index)
        return this.#refuse(text, index, 'a member name in double quotes or }')
      case atColon:
        if (code !== colon) return this.#refuse(text, index, 'a colon')
        this.#state = atValue
        return index + 1
      case afterValue:
        return this.#readBehindValue(text, index, code)
      case afterScalar:
        return this.#readBehindScalar(index, code)
      case atItem:
        if (code === closeBracket) return this.#close(index)
        return this.#startValue(text, index, code)
      default:
        return this.#startValue(text, index, code)
    }
  }

  #readBehindValue(text: string, index: number, code: number): number {
    const isArray = this.tree.isInArray
    if (code === comma) {
      this.#state = isArray ? atItem : atName
      return index + 1
    }
    if (code === (isArray ? closeBracket : closeBrace)) return this.#close(index)
    return this.#refuse(text, index, isArray ? 'a comma or ]' : 'a comma or }')
  }

  #startValue(text: string, index: number, code: number): number {
    if (code === quote) return this.#startString(index, inString)
    if (code === openBrace || code === openBracket) return this.#open(index, code)
    if (startsNumber(code)) {
      this.#number.start()
      this.#state = inNumber
      return index
    }
    if (this.#literal.start(code)) {
      this.#state = inLiteral
      return index
    }
    return this.#refuse(text, index, 'a value')
  }

  #open(index: number, code: number): number {
    const { maxDepth } = this.#options
    if (this.tree.depth === maxDepth) return this.fail(index, `nesting deeper than maxDepth (${maxDepth})`)
    this.tree.open(code === openBrace ? {} : [])
    this.#state = code === openBrace ? atName : atItem
    this.isChanged = true
    return index + 1
  }

  #close(index: number): number {
    this.tree.close()
    this.#state = this.tree.depth === 0 ? isDone : afterValue
    this.isChanged ||= this.#state === isDone
    return index + 1
  }

  #startString(index: number, state: typeof inString | typeof inName): number {
    this.#string.start()
    this.#state = state
    if (state === inString) this.isChanged = true
    return index + 1
  }

  #readName(text: string, from: number): number {
    const index = this.#string.read(text, from)
    if (this.#string.problem !== undefined) return this.#refuse(text, index, this.#string.problem)
    if (!this.#string.isClosed) return index
    this.tree.name(this.#string.text)
    this.#state = atColon
    return index
  }

  #readString(text: string, from: number): number {
    const lengthShown = this.#string.text.length
    const index = this.#string.read(text, from)
    if (this.#string.problem !== undefined) return this.#refuse(text, index, this.#string.problem)
    if (this.#string.text.length > lengthShown) this.isChanged = true
    if (this.#string.isClosed) this.#add(this.#string.text)
    return index
  }

  #readNumber(text: string, from: number): number {
    const index = this.#number.read(text, from)
    if (index === text.length) return index
    if (!this.#number.isWhole) return this.#refuse(text, index, 'a digit')
    if (isWordCharacter(text.charCodeAt(index))) return this.#refuse(text, index, 'the end of a number')
    this.#add(this.#number.value)
    this.isChanged = true
    return index
  }

  #readLiteral(text: string, from: number): number {
    const index = this.#literal.read(text, from)
    if (!this.#literal.isWhole) return index === text.length ? index : this.#refuse(text, index, this.#literal.word)
    this.#add(this.#literal.value)
    this.isChanged = true
    return index
  }

  #add(scalar: JsonValue): void {
    if (this.tree.depth === 0) {
      this.#scalar = scalar
      this.#state = afterScalar
    } else {
      this.tree.add(scalar)
      this.#state = afterValue
    }
  }

  #readPreamble(text: string, from: number): number {
    const index = this.#preamble.skip(text, from)
    if (index === text.length) return index
    this.start = this.#offset + index
    return this.#startValue(text, index, text.charCodeAt(index))
  }

  /** Backticks are the end of a code fence; anything else makes the scalar a word of prose. */
  #readBehindScalar(index: number, code: number): number {
    if (code === backtick) this.#confirmScalar()
    else this.#fallBack()
    return index
  }

  #confirmScalar(): void {
    const scalar = this.#scalar as JsonValue
    this.#scalar = undefined
    this.#state = isDone
    this.isChanged = true
    this.tree.add(scalar)
  }

  /** What seemed to be the root was prose, which goes on. */
  #fallBack(): void {
    this.#preamble.fallBack(this.tree.depth)
    this.tree.clear()
    this.#scalar = undefined
    this.start = undefined
    this.#state = inPreamble
    this.isChanged = true
  }

  /** A character that may not stand here. As long as there were only brackets, they may have been those of prose. */
  #refuse(text: string, index: number, expected: string): number {
    const problem = unexpected(text, index, expected)
    const isFinal = this.tree.depth > 0 && this.#options.goesOn === false
    if (!this.tree.isBare || this.#state === inString || isFinal) return this.fail(index, problem)
    this.#firstFault ??= { offset: this.#offset + index, problem }
    this.#fallBack()
    return index
  }

  #failAtEnd(): void {
    if (this.#state === inPreamble) {
      const { offset, problem } = this.#firstFault ?? { offset: this.#offset, problem: 'no JSON value was found' }
      this.fail(offset - this.#offset, problem)
    } else {
      const place = this.#state === inString ? 'string' : this.#state === inNumber ? 'number' : undefined
      this.fail(0, brokenOff(place, this.tree.path()))
    }
  }
}

const inPreamble = 0
const atValue = 1
const atItem = 2
const atName = 3
const atColon = 4
const afterValue = 5
const inName = 6
const inString = 7
const inNumber = 8
const inLiteral = 9
const afterScalar = 10
const isDone = 11
