import type { CheckRule } from './check-rules.js'
import { checkRules } from './check-rules.js'

/** One thing that the request check has to say. Plain data. */
export interface Finding {
  /** Where: `messages.2.content.0`, `tools.1.inputSchema`, `config.temperature`. */
  readonly path: string
  readonly rule: CheckRule
  /** Where the rule comes from. */
  readonly source: string
  readonly severity: Severity
  readonly message: string
  /** What was done about it. */
  readonly repair?: string
}

/**
 * - `error`: the service would refuse it, and no repair is safe
 * - `repaired`: the service would refuse it as it is; `repair` says what is sent instead
 * - `warning`: it is sent, and may be refused or mean something else than it seems
 * - `note`: the wire form differs from the request without a loss; told by the check alone, never as an event
 */
export type Severity = 'error' | 'repaired' | 'warning' | 'note'

export function finding(severity: Severity, rule: CheckRule, path: string, message: string, repair?: string): Finding {
  return { path, rule, source: checkRules[rule][1], severity, message, ...(repair !== undefined && { repair }) }
}

/** The same findings, seen from further up. */
export function under(path: string, findings: readonly Finding[]): Finding[] {
  return findings.map((one) => ({ ...one, path: one.path === '' ? path : `${path}.${one.path}` }))
}

/** A value for a message: the text itself, shortened, or what it is instead. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, 80)
  return value === null ? 'null' : typeof value
}
