import type { JsonValue, Middleware, ModelResult, ToolOutcome } from '@x/types'
import { AgentError, layerOrder } from '@x/types'

type Entry = { readonly status: 'started' } | { readonly status: 'done'; readonly value: JsonValue }

/** What to do with a step that started and did not finish: it may have had its effect, or not. */
export type UnfinishedPolicy = 'run-again' | 'fail'

/** A journal in a map of plain JSON. */
export function journal(store: Map<string, string>, unfinished: UnfinishedPolicy = 'run-again'): Middleware {
  const lookUp = <Value>(key: string): Value | undefined => {
    const text = store.get(key)
    const entry = text === undefined ? undefined : (JSON.parse(text) as Entry)
    if (entry?.status === 'done') return entry.value as Value
    if (entry && unfinished === 'fail') {
      throw new AgentError('journal', `The step ${key} started and did not finish.`, { scope: 'run' })
    }
    store.set(key, JSON.stringify({ status: 'started' }))
    return undefined
  }
  const record = (key: string, value: unknown) => store.set(key, JSON.stringify({ status: 'done', value }))

  return {
    name: 'journal',
    order: layerOrder.journal,
    async *model(call, next) {
      const done = lookUp<ModelResult>(call.key)
      if (done) return done
      const result = yield* next(call)
      record(call.key, result)
      return result
    },
    async *tool(call, next) {
      const done = lookUp<ToolOutcome>(call.key)
      if (done) return done
      const outcome = yield* next(call)
      if (outcome.type === 'result') record(call.key, outcome)
      else store.delete(call.key)
      return outcome
    },
  }
}
