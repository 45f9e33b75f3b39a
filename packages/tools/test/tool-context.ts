import type { JsonValue, Model, ToolContext } from '@x/types'
import { AgentError } from '@x/types'

/** A context for calling a tool by hand; what it emits is kept in `emitted`. */
export function toolContext<Env = unknown>(options: { env?: Env; signal?: AbortSignal } = {}) {
  const emitted: JsonValue[] = []
  const signal = options.signal ?? new AbortController().signal
  const model: Model = {
    specVersion: 1,
    provider: 'none',
    modelId: 'none',
    stream() {
      throw new AgentError('unsupported', 'No model here.')
    },
  }
  const env = options.env as Env
  const run = { id: 'run', path: ['agent'], signal, state: new Map(), env, layers: [], model: () => neverCalled() }
  const context: ToolContext<Env> = {
    id: 'call-1',
    key: 'run/message/call-1',
    signal,
    emit: (progress) => emitted.push(progress),
    model,
    run,
    env,
  }
  return { context, emitted }
}

async function* neverCalled(): AsyncGenerator<never, never> {
  yield await Promise.reject(new AgentError('unsupported', 'No model here.'))
  throw new AgentError('unsupported', 'No model here.')
}
