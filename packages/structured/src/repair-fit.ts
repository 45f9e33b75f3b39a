import type { JsonObject, JsonValue } from '@x/types'

/** One thing that was put right without asking. */
export interface Repair {
  /** `items[0].name`; empty for the whole value. */
  readonly path: string
  /** What was done, in a few words. */
  readonly repair: string
  /** How far it is from what was written: 1 is certain, 3 is a guess. */
  readonly score: number
}

/** The best that can be made of a value for a schema. */
export interface Fit {
  readonly value: JsonValue
  readonly repairs: readonly Repair[]
  /** Of the repairs, and much more for whatever stays wrong: see `stillWrong`. */
  readonly score: number
}

export interface Place {
  readonly path: string
  readonly depth: number
  /** The schemas that are being tried for this very value: a reference that leads back to one leads nowhere. */
  readonly via: readonly JsonObject[]
  /** Whether a single value may become a list: not a second time for the same one. */
  readonly mayWrap: boolean
}

/** Scores from here on mean that something stays wrong. */
export const stillWrong = 100
/** Fits values to the schemas of one document. */
export interface Fitter {
  fit(value: JsonValue, schema: JsonValue | undefined, place: Place): Fit
  /** What strings were found to hold. */
  readonly parsed: Map<string, JsonValue | undefined>
}

export function asIs(value: JsonValue, score = 0): Fit {
  return { value, repairs: [], score }
}

export function withRepair(fit: Fit, path: string, { repair, score }: Omit<Repair, 'path'>): Fit {
  return { value: fit.value, repairs: [{ path, repair, score }, ...fit.repairs], score: fit.score + score }
}

/** The second was made from the value of the first. */
export function both(first: Fit, second: Fit): Fit {
  if (first.score === 0) return second
  const repairs = second.repairs.length === 0 ? first.repairs : [...first.repairs, ...second.repairs]
  return { value: second.value, repairs, score: first.score + second.score }
}

/** The lowest score; of equals the first. */
export function best(fits: readonly Fit[]): Fit {
  return fits.reduce((left, right) => (right.score < left.score ? right : left), asIs(null, Number.POSITIVE_INFINITY))
}
