import { allChecks } from './all-checks.js'
import { AgentError } from './error.js'
import type { Model, ModelRequest } from './model.js'
import type { ModelCheck } from './model-check.js'
import { describeError, inapplicable, missingFor, NotApplicable, toContext } from './model-check.js'
import type { ModelCheckResult, ModelReport } from './model-report.js'
import { toReport } from './model-report.js'
import type { ModelScenarios, ServiceProbe } from './model-scenarios.js'
import { watchRejections } from './watch-host.js'

export interface CheckModelOptions {
  /** A request that the model answers with text. Default: asks for a short greeting. */
  readonly textRequest?: ModelRequest
  /** A request that the model answers with a tool call, or `false` for a model without tools. */
  readonly toolRequest?: ModelRequest | false
  /** How long one check may take. Default 30,000. */
  readonly timeoutMs?: number
  /** Wires set up so that something certain happens. Checks whose scenario is missing are skipped. */
  readonly scenarios?: ModelScenarios
  /** What can be seen from the far side of the model's own wire. */
  readonly service?: ServiceProbe
  /** Keys and the like that the model was given: none of them may show in its config, events or errors. */
  readonly secrets?: readonly string[]
  /** Run the checks of these names alone. Default: all. */
  readonly only?: readonly string[]
}

/**
 * Checks a model against the contract by asking it, and says what it breaks. Needs no test runner:
 *
 *     const report = await checkModel(model, { scenarios: { echo: { model: echoing }, throttled: { model: throttled } } })
 *     if (!report.passed) throw new Error(formatReport(report))
 *
 * About half of the checks work with any model and the default requests (some 70 short calls, one with a megabyte of
 * text). The others want a scenario; without it they are skipped and `report.complete` is false.
 * @throws AgentError `invalid-config` when `only` names a check that does not exist.
 */
export async function checkModel(model: Model, options: CheckModelOptions = {}): Promise<ModelReport> {
  const watch = watchRejections()
  const results: ModelCheckResult[] = []
  try {
    for (const check of checksOf(options)) results.push(await runCheck(check, model, options, watch.seen))
  } finally {
    watch.stop()
  }
  return toReport(results)
}

/** @throws AgentError `invalid-config` when `only` names a check that does not exist. */
export function checksOf({ only }: CheckModelOptions): readonly ModelCheck[] {
  const unknown = only?.find((name) => !allChecks.some((check) => check.name === name))
  if (unknown !== undefined) {
    const hint = `There are: ${allChecks.map(({ name }) => name).join('; ')}.`
    throw new AgentError('invalid-config', `checkModel has no check "${unknown}".`, { hint })
  }
  return only ? allChecks.filter(({ name }) => only.includes(name)) : allChecks
}

/** One check with all that may become of it. `rejections`: those that nobody handled, as far as the host tells. */
export async function runCheck(
  check: ModelCheck,
  model: Model,
  options: CheckModelOptions,
  rejections: readonly unknown[] | undefined,
): Promise<ModelCheckResult> {
  const { name } = check
  const { timeoutMs = 30_000 } = options
  try {
    const context = toContext(model, options, timeoutMs, rejections)
    const reason = inapplicable(check, context)
    if (reason !== undefined) return { name, status: 'skipped', reason }
    const give = missingFor(check, options)
    if (give !== undefined) return { name, status: 'skipped', reason: `give ${give}`, give }
    await within(timeoutMs, check.run(context))
    return { name, status: 'passed' }
  } catch (error) {
    if (error instanceof NotApplicable) return { name, status: 'skipped', reason: error.message }
    return { name, status: 'failed', reason: describeError(error) }
  }
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
