import type { Fault } from './fault.js'
import { parseFault } from './parse-fault.js'

/** Requests that go wrong. All members but `fault` narrow them down; together they must all hold. */
export interface FaultRule {
  /** A fault or its short form, such as `ThrottlingException` or `cut@2`; of a list, one by lot. */
  readonly fault: Fault | string | readonly (Fault | string)[]
  /** Name of the operation, such as `ConverseStream`. Default: every one. */
  readonly operation?: string
  /** Default: every one. */
  readonly modelId?: string
  /** How many requests are spared first. Default 0. */
  readonly skip?: number
  /** How many requests are hit; then the rule is used up. Default: no end. */
  readonly times?: number
  /** Share of requests that are hit, from 0 to 1, by lot. Default 1. */
  readonly rate?: number
  /** The same seed draws the same lots in the same order of requests. Default 1. */
  readonly seed?: number
}

export interface FaultRules {
  /** The first rule that hits this request says which fault. */
  choose(request: { readonly operation: string; readonly modelId: string }): Fault | undefined
  /**
   * Puts these in the place of all rules, counting from now on.
   * @throws Error that says what is wrong with one; then nothing changes.
   */
  replace(rules: readonly FaultRule[]): void
  /** The rules as they were given, each with the number of requests it has hit. */
  list(): readonly (FaultRule & { readonly hit: number })[]
}

/** @throws Error that says what is wrong with a rule. */
export function faultRules(initial: readonly FaultRule[] = []): FaultRules {
  let active = initial.map(activate)
  return {
    choose(request) {
      for (const rule of active) {
        const fault = rule.choose(request)
        if (fault) return fault
      }
      return undefined
    },
    replace(rules) {
      active = rules.map(activate)
    },
    list: () => active.map(({ rule, hit }) => ({ ...rule, hit: hit() })),
  }
}

function activate(rule: FaultRule) {
  const { skip = 0, times = Number.POSITIVE_INFINITY, rate = 1, seed = 1 } = rule
  const faults = (Array.isArray(rule.fault) ? rule.fault : [rule.fault]).map(parseFault)
  if (faults.length === 0) throw new Error('A fault rule needs a fault.')
  for (const [name, value] of Object.entries({ skip, times, rate, seed })) {
    if (typeof value !== 'number' || !(value >= 0)) throw new Error(`${name} of a fault rule is a number from 0 on.`)
  }
  const draw = lots(seed)
  let seen = 0
  let hit = 0
  return {
    rule,
    hit: () => hit,
    choose({ operation, modelId }: { readonly operation: string; readonly modelId: string }): Fault | undefined {
      if ((rule.operation ?? operation) !== operation || (rule.modelId ?? modelId) !== modelId) return undefined
      seen++
      // Both lots are drawn each time, so that a request's lot depends on its number alone.
      const [chance, which] = [draw(), draw()]
      if (seen <= skip || hit >= times || chance >= rate) return undefined
      hit++
      return faults[Math.floor(which * faults.length)]
    },
  }
}

/** Numbers from 0 to below 1, always the same for a seed (mulberry32). */
function lots(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
