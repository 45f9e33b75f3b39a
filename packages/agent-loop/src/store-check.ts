import type { JsonValue } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { canonicalJson } from './canonical-json.js'

/** One promise of a port, and how to find out whether a store keeps it. */
export interface StoreCheck<Store> {
  /** What the store does, as a sentence without its subject. */
  readonly name: string
  /** @throws Error that says what is wrong */
  run(context: StoreContext<Store>): Promise<void>
}

export interface StoreContext<Store> {
  /** A place that is empty and nobody else's. */
  readonly place: string
  /** The store at that place, or at another; each time as another process would open it. */
  open(place?: string): Promise<Store>
}

export interface CheckStoreOptions {
  /** How long one check may take. Default 30,000. */
  readonly timeoutMs?: number
  /** Run the checks of these names alone. Default: all. */
  readonly only?: readonly string[]
}

export interface StoreReport {
  /** No check has failed. */
  readonly passed: boolean
  readonly checks: readonly StoreCheckResult[]
}

export interface StoreCheckResult {
  readonly name: string
  readonly status: 'passed' | 'failed'
  /** What is wrong. */
  readonly reason?: string
}

/** @throws AgentError `invalid-config` when `only` names a check that does not exist */
export async function runStoreChecks<Store>(
  all: readonly StoreCheck<Store>[],
  open: (place: string) => Store | Promise<Store>,
  { timeoutMs = 30_000, only }: CheckStoreOptions,
): Promise<StoreReport> {
  const unknown = only?.find((name) => !all.some((check) => check.name === name))
  if (unknown !== undefined) {
    const hint = `There are: ${all.map(({ name }) => name).join('; ')}.`
    throw new AgentError('invalid-config', `There is no check "${unknown}".`, { hint })
  }
  const checks: StoreCheckResult[] = []
  for (const { name, run } of only ? all.filter(({ name }) => only.includes(name)) : all) {
    const place = `check-${crypto.randomUUID()}`
    try {
      await within(timeoutMs, run({ place, open: async (other = place) => open(other) }))
      checks.push({ name, status: 'passed' })
    } catch (error) {
      checks.push({ name, status: 'failed', reason: reasonOf(error) })
    }
  }
  return { passed: checks.every(({ status }) => status === 'passed'), checks }
}

/** The report as text, one check a line; what is wrong stands below it. */
export function formatReport({ checks }: StoreReport): string {
  const lines = checks.map(({ name, status, reason }) =>
    status === 'failed' ? `FAILED  ${name}\n          ${reason}` : `ok      ${name}`,
  )
  return lines.join('\n')
}

/** What a check found wrong. */
class CheckFailure extends Error {}

export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new CheckFailure(otherwise)
}

/** Compares as JSON does: the order of members does not count. */
export function expectSame(found: unknown, wanted: unknown, what: string): void {
  const [left, right] = [found, wanted].map((value) => canonicalJson((value ?? null) as JsonValue))
  expect(left === right, `${what}: it gave ${short(left)} and not ${short(right)}`)
}

/** What a promise rejects with. */
export async function rejection(work: Promise<unknown>, what: string): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new CheckFailure(`${what}: it did not reject`)
}

function short(text = ''): string {
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}

function reasonOf(error: unknown): string {
  if (isAgentError(error)) return `AgentError ${error.code}: ${error.message}`
  if (error instanceof CheckFailure) return error.message
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CheckFailure(`it took longer than ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
