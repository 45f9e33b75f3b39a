import type { AgentEvent, Middleware, ModelCall, RunContext, Step } from '@x/types'
import { AgentError, isAgentError, layerOrder, noUsage } from '@x/types'
import type { BudgetOptions } from './budget-account.js'
import { BudgetAccount } from './budget-account.js'
import { linkSignals, maxTimerMs } from './link-signal.js'

export type { BudgetLimits, BudgetOptions } from './budget-account.js'

/**
 * Hard limits of a run and all the runs below it. Before each call what it may take is reserved, afterwards what it took
 * is settled, failed attempts included; calls that run side by side cannot overdraw together. Input is reserved by the
 * model's own count where it has one, else by an estimate of one token for three characters.
 *
 * A call that does not fit ends the run with an AgentError `budget` of scope `run`, before anything is sent. The
 * conversation so far is in its `partial`.
 * @throws AgentError `invalid-config` for a limit that is no positive number, or `cost` without `prices`
 */
export function budget(options: BudgetOptions): Middleware {
  checkOptions(options)
  const layer: Middleware = {
    name: 'budget',
    order: layerOrder.budget,
    inherited: 'always',
    async *model(call, next) {
      const account = accountOf(call.run, layer, options)
      const reserved = await account.reserve(call)
      let settled = false
      try {
        const result = yield* inTime(call, next, account)
        settled = true
        account.settle(call, reserved, result)
        return result
      } catch (error) {
        settled = true
        account.settle(call, reserved, { usage: (isAgentError(error) && error.partial?.usage) || noUsage })
        throw error
      } finally {
        if (!settled) account.settle(call, reserved, { usage: noUsage })
      }
    },
    async *tool(call, next) {
      const account = accountOf(call.run, layer, options)
      account.countToolCall()
      return yield* inTime(call, next, account)
    },
  }
  return layer
}

/** One account for the outermost run that has this layer and everything below it. */
function accountOf(run: RunContext, layer: Middleware, options: BudgetOptions): BudgetAccount {
  let owner = run
  while (owner.parent?.layers.includes(layer)) owner = owner.parent
  const known = owner.state.get(layer) as BudgetAccount | undefined
  if (known) return known
  const account = new BudgetAccount(options)
  owner.state.set(layer, account)
  return account
}

/** The step under a signal that is also aborted when the time is up. */
async function* inTime<Call extends Pick<ModelCall, 'run'>, Result>(
  call: Call,
  next: Step<Call, Result>,
  account: BudgetAccount,
): AsyncGenerator<AgentEvent, Result, void> {
  const leftMs = account.leftMs()
  if (leftMs === undefined) return yield* next(call)
  const { controller, unlink } = linkSignals(call.run.signal)
  const timer = setTimeout(() => controller.abort(), Math.min(leftMs, maxTimerMs))
  try {
    return yield* next({ ...call, run: { ...call.run, signal: controller.signal } })
  } catch (error) {
    throw controller.signal.aborted && !call.run.signal.aborted ? account.outOfTime(error) : error
  } finally {
    clearTimeout(timer)
    unlink()
  }
}

function checkOptions({ prices, ...options }: BudgetOptions): void {
  const { tokens, turns, toolCalls, wallMs, cost } = options
  for (const [name, limit] of Object.entries({ tokens, turns, toolCalls, wallMs, cost })) {
    if (limit !== undefined && !(limit >= 0)) {
      throw new AgentError('invalid-config', `The limit "${name}" of budget() is ${limit}.`, {
        hint: 'Limits are numbers from 0.',
      })
    }
  }
  if (cost !== undefined && !prices) {
    throw new AgentError('invalid-config', 'budget() has a limit on cost but no prices.', {
      hint: 'Give prices: { "<model id>": { input: 3, output: 15 } }, per million tokens.',
    })
  }
}
