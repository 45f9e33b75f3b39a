import type { CheckModelOptions } from './check-model.js'
import { checksOf, runCheck } from './check-model.js'
import type { Model } from './model.js'
import { missingFor } from './model-check.js'
import { watchRejections } from './watch-host.js'

/** `test` of vitest, jest and node:test alike. */
export type TestFunction = (
  name: string,
  run: (...context: readonly unknown[]) => Promise<void>,
  timeoutMs?: number,
) => unknown

/**
 * Registers one test for each check, with the `test` of whatever runner is there:
 *
 *     modelTests(test, () => model, { scenarios })
 *
 * `model` is called when a test runs. A check whose scenario is missing says so in the name of its test, and is marked
 * as skipped where the runner lets a running test say that (vitest, node:test).
 * @throws AgentError `invalid-config` when `only` names a check that does not exist.
 */
export function modelTests(
  test: TestFunction,
  model: () => Model | Promise<Model>,
  options: CheckModelOptions = {},
): void {
  const { timeoutMs = 30_000 } = options
  for (const check of checksOf(options)) {
    const give = missingFor(check, options)
    const name = give === undefined ? check.name : `${check.name} (skipped: give ${give})`
    // Without a parameter of its own, so that jest does not wait for it to be called back.
    const run = async (...[context]: readonly unknown[]) => {
      const watch = watchRejections()
      try {
        const { status, reason } = await runCheck(check, await model(), options, watch.seen)
        if (status === 'failed') throw new Error(`The model does not keep the contract: ${check.name}: ${reason}`)
        if (status === 'skipped') skipIn(context, reason)
      } finally {
        watch.stop()
      }
    }
    test(name, run, timeoutMs + 5000)
  }
}

function skipIn(context: unknown, reason: string | undefined): void {
  const { skip } = Object(context) as { skip?: unknown }
  if (typeof skip === 'function') skip.call(context, reason)
}
