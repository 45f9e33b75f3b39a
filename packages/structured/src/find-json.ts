import type { JsonValue } from '@x/types'
import { jsonrepair } from 'jsonrepair'
import { JsonMachine } from './json-machine.js'

export interface FindJsonOptions {
  /** What the root must be. Default: an object or an array; or a scalar, when it is the whole text. */
  readonly root?: 'object' | 'array'
  /** Whether broken JSON may be mended, as the last step. Default true. */
  readonly mend?: boolean
}

/** `isMended` when the text was broken JSON, and its value is what it was probably meant to be. */
export type FoundJson = { readonly value: JsonValue; readonly isMended: boolean } | { readonly fault: string }

/**
 * The JSON value of a whole answer.
 *
 * - The last complete object or array wins: an earlier one is often a quotation, and may be an attacker's.
 * - Thinking between tags is not looked into, brackets of prose are skipped, fences mean nothing, and what is inside of
 *   an object or of a broken one never counts by itself.
 * - A broken object with members of its own that comes after the last complete value was meant to be the answer: it is
 *   mended (by `jsonrepair`), or there is no answer. A string or number that was cut off is never mended.
 *
 * Takes time in proportion to the text: at most 8,388,608 characters, 512 levels deep.
 */
export function findJson(text: string, { root, mend = true }: FindJsonOptions = {}): FoundJson {
  if (text.length > maxLength) return { fault: `The text is longer than ${maxLength} characters.` }
  const opening = root && (root === 'object' ? '{' : '[')
  const fits = ({ start }: Span) => opening === undefined || text[start] === opening
  const all = scan(text, true)
  const spans = all.filter((span) => fits(span) && (span.isContainer || all.length === 1))
  const whole = spans.findLast(({ value }) => value !== undefined)
  const broken = spans.findLast(({ intent }) => intent !== 'none')
  if (whole?.value !== undefined && !(broken?.intent === 'object' && broken.start > whole.start)) {
    return { value: whole.value, isMended: false }
  }
  if (broken) return (mend && mended(text, broken)) || { fault: broken.fault }
  const inner = scan(text, false).findLast((span) => span.value !== undefined && span.isContainer && fits(span))
  if (inner?.value !== undefined) return { value: inner.value, isMended: false }
  return { fault: spans.at(-1)?.fault ?? 'No JSON value was found.' }
}

/** A part of the text that is a value, or began like one. */
interface Span {
  readonly start: number
  readonly end: number
  readonly isContainer: boolean
  readonly value: JsonValue | undefined
  readonly fault: string
  /** Of a broken one: whether it was meant as an object, may have been meant as a value, or was hardly more than prose. */
  readonly intent: 'object' | 'value' | 'none'
  /** The text ended in the middle of something that cannot be guessed. */
  readonly isCut: boolean
}

const maxLength = 8_388_608
const maxDepth = 512
/** What a span costs besides its characters. */
const spanWork = 16
/** `jsonrepair` is not made for more. */
const maxMendLength = 1_048_576

/**
 * One span after the other. What is inside of a broken one is skipped up to its closing bracket; or, as the last resort
 * for brackets of prose that never close, looked at once more, within a limit of work.
 */
function scan(text: string, skipsBroken: boolean): Span[] {
  const spans: Span[] = []
  let work = 8 * text.length
  let openBrackets: number | undefined
  for (let from = 0; from < text.length && work > 0; ) {
    const machine = new JsonMachine({ maxDepth, openBrackets, goesOn: false })
    const length = machine.read(text.slice(from))
    work -= length + spanWork
    const { isBehindValue } = machine
    const isBroken = machine.fault !== undefined
    machine.end()
    if (machine.start === undefined) break
    const span = toSpan(text, machine, { from, length, isCut: !isBroken && !isBehindValue })
    spans.push(span)
    const goesBack = span.value === undefined && !skipsBroken
    openBrackets = goesBack ? 0 : machine.tree.depth
    from = goesBack ? span.start + 1 : span.end
  }
  return spans
}

function toSpan(
  text: string,
  { start = 0, tree, fault }: JsonMachine,
  { from, length, isCut }: { from: number; length: number; isCut: boolean },
): Span {
  const opening = text[from + start]
  const isContainer = opening === '{' || opening === '['
  const rest = text.slice(from + start, from + start + 64)
  const isObject = opening === '{' && (!tree.isBare || /^\{\s*["'\u2018\u201c]/.test(rest))
  const isValue = isContainer && (!tree.isBare || /^\{\s*(\/[/*]|[\w$-]+\s*:)|^\[\s*['{[]/.test(rest))
  return {
    start: from + start,
    end: from + length,
    isContainer,
    value: tree.root,
    fault: fault ? `At character ${from + fault.offset}: ${fault.problem}.` : '',
    intent: tree.root !== undefined ? 'none' : isObject ? 'object' : isValue ? 'value' : 'none',
    isCut,
  }
}

/**
 * All that there is from the beginning of the broken span on; or, when prose follows, up to the last closing bracket, if
 * that comes after what is wrong.
 */
function mended(text: string, { start, end, isCut }: Span): FoundJson | undefined {
  if (isCut || text.length - start > maxMendLength) return undefined
  const lastBracket = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  const pieces = [text.slice(start).replace(closingFence, '')]
  if (end < text.length && lastBracket >= end) pieces.push(text.slice(start, lastBracket + 1))
  for (const piece of pieces) {
    try {
      const value = JSON.parse(jsonrepair(piece)) as JsonValue
      const isSameKind = Array.isArray(value) === (text[start] === '[')
      if (typeof value === 'object' && value !== null && isSameKind) return { value, isMended: true }
    } catch {
      // Beyond repair in this reading.
    }
  }
  return undefined
}

/** A line of backticks at the end of the text. */
const closingFence = /\n\s*```\s*$/
