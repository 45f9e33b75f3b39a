import type { JsonValue } from '@x/types'

/** Another reading of a value, and how far it is from what was written. */
export interface Reading {
  readonly value: JsonValue
  readonly repair: string
  /** 1 is certain, 3 is a guess. */
  readonly score: number
}

/** What a scalar may have been meant to be, for a schema that admits `types` and, if it says so, only `choices`. */
export function scalarReadings(
  value: JsonValue,
  types: readonly string[] | undefined,
  choices: readonly JsonValue[] | undefined,
): Reading[] {
  if (typeof value === 'object') return []
  const choice = choices && choiceOf(value, choices)
  if (choices)
    return choice === undefined ? [] : [{ value: choice, repair: 'took the choice that it spells', score: 1 }]
  if (types === undefined) return []
  if (typeof value !== 'string') {
    return types.includes('string') ? [{ value: String(value), repair: 'wrote it as a string', score: 2 }] : []
  }
  const text = value.trim()
  const readings: (Reading | undefined)[] = [
    types.includes('number') || types.includes('integer') ? numberOf(text) : undefined,
    types.includes('boolean') ? booleanOf(text) : undefined,
    types.includes('null') && text.toLowerCase() === 'null'
      ? { value: null, repair: 'read the string as null', score: 2 }
      : undefined,
  ]
  return readings.filter((reading) => reading !== undefined)
}

/** The one choice that differs only in case, white space and dashes; none when two do. */
function choiceOf(value: JsonValue, choices: readonly JsonValue[]): JsonValue | undefined {
  const plain = plainly(value)
  const matching = choices.filter((choice) => typeof choice !== 'object' && plainly(choice) === plain)
  return matching.length === 1 ? matching[0] : undefined
}

function plainly(value: JsonValue): string {
  return String(value)
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
}

function numberOf(text: string): Reading | undefined {
  if (plainNumber.test(text)) return { value: Number(text), repair: 'read the string as a number', score: 1 }
  if (!groupedNumber.test(text)) return undefined
  return { value: Number(text.replaceAll(/[,_]/g, '')), repair: 'read the string as a number', score: 2 }
}

function booleanOf(text: string): Reading | undefined {
  const word = text.toLowerCase()
  if (word === 'true' || word === 'false') {
    return { value: word === 'true', repair: 'read the string as a boolean', score: 1 }
  }
  if (word !== 'yes' && word !== 'no') return undefined
  return { value: word === 'yes', repair: 'read the string as a boolean', score: 2 }
}

const plainNumber = /^[+-]?\d{1,300}(\.\d{1,300})?(e[+-]?\d{1,3})?$/i
/** Thousands marked as in English or in code. A decimal comma cannot be told from them and is left alone. */
const groupedNumber = /^[+-]?\d{1,3}([,_]\d{3}){1,5}(\.\d{1,30})?$/
