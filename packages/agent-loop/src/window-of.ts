import type { Message, Part } from '@x/types'
import { estimateTokens } from './estimate-tokens.js'
import { handOverPrefix } from './hand-over-prefix.js'

export interface Window {
  readonly first: readonly Message[]
  readonly dropped: readonly Message[]
  readonly last: readonly Message[]
}

/** Messages that stay together. */
type Unit = readonly Message[]

/** Ends the id of a note that stands for what was dropped. */
export const noteSuffix = '!short'

/**
 * The first `pinned` messages and as many of the last as fit, never fewer than what the model must answer. What the user
 * said last stays with them, as it is what the model is at work on, and so does the last hand-over to another agent. An
 * assistant message and the results of its calls are one unit, on both sides of the cut.
 */
export function windowOf(
  messages: readonly Message[],
  { pinned, maxTokens }: { readonly pinned: number; readonly maxTokens: number },
): Window {
  const starts = unitStarts(messages)
  // A pinned part that would end inside a unit takes the whole of it.
  const firstEnd = pinned === 0 ? 0 : (starts.find((start) => start >= pinned) ?? messages.length)
  const open = starts.filter((start) => start >= firstEnd)
  const own: readonly Unit[] = open.map((start, index) => messages.slice(start, open[index + 1]))
  const kept = new Set([own.findLast(isQuestion), own.findLast(isHandOver)])
  let room = maxTokens - sizeOf(messages.slice(0, firstEnd)) - sizeOf(flat(own.filter((unit) => kept.has(unit))))
  let from = own.length
  for (const [index, unit] of [...own.entries()].reverse()) {
    if (!kept.has(unit)) room -= sizeOf(unit)
    if (room < 0 && from < own.length) break
    from = index
  }
  const isLast = (unit: Unit, index: number) => index >= from || kept.has(unit)
  return {
    first: messages.slice(0, firstEnd),
    dropped: flat(own.filter((unit, index) => !isLast(unit, index))),
    last: flat(own.filter(isLast)),
  }
}

/** Where a cut may be: before every message but tool results. */
function unitStarts(messages: readonly Message[]): readonly number[] {
  return messages.flatMap(({ role }, index) => (role === 'tool' && index > 0 ? [] : [index]))
}

function isQuestion([message]: Unit): boolean {
  return message?.role === 'user' && !message.id?.endsWith(noteSuffix)
}

function isHandOver(unit: Unit): boolean {
  const parts = unit.flatMap<Part>(({ content }) => [...content])
  const failed = parts.flatMap((part) => (part.type === 'tool-result' && part.isError ? [part.id] : []))
  return parts.some(
    (part) => part.type === 'tool-call' && part.name.startsWith(handOverPrefix) && !failed.includes(part.id),
  )
}

function flat(units: readonly Unit[]): readonly Message[] {
  return units.flatMap((unit) => [...unit])
}

function sizeOf(messages: readonly Message[]): number {
  return estimateTokens(messages.map(({ content }) => content))
}
