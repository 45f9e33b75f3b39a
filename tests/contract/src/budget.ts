import type { Middleware, RunContext } from '@x/types'
import { AgentError, layerOrder } from '@x/types'

const spentKey = Symbol('tokens spent')

/** A token limit for a run and all the runs below it. */
export function budget(maxTokens: number): Middleware {
  return {
    name: 'budget',
    order: layerOrder.budget,
    async *model(call, next) {
      const { state } = rootOf(call.run)
      const spent = Number(state.get(spentKey) ?? 0)
      if (spent >= maxTokens) {
        throw new AgentError('budget', `${spent} of ${maxTokens} tokens are spent.`, { scope: 'run' })
      }
      const result = yield* next(call)
      state.set(spentKey, Number(state.get(spentKey) ?? 0) + result.usage.totalTokens)
      return result
    },
  }
}

function rootOf(run: RunContext): RunContext {
  return run.parent ? rootOf(run.parent) : run
}
