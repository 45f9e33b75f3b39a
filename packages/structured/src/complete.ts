import { runAgent } from '@x/agent-loop'
import type { AgentConfig, Message, Middleware, ModelResult, RunCall } from '@x/types'
import { AgentError } from '@x/types'

/** An answer as it came, without a schema. */
export interface Completion extends ModelResult {
  /** All of its text. */
  readonly text: string
}

/**
 * One model call as a run, so that layers see it. The conversation is sent as it is, one that ends with words of the
 * assistant too.
 * @throws AgentError of the model
 */
export async function complete(config: AgentConfig, messages: readonly Message[]): Promise<Completion> {
  if (messages.length === 0) {
    throw new AgentError('invalid-messages', 'There is nothing to ask.', { hint: 'Give messages.' })
  }
  let result: ModelResult | undefined
  const layer: Middleware = {
    name: 'complete',
    order: Number.MAX_SAFE_INTEGER,
    async *run(call) {
      const { model, config, name, request } = toModelCall(call)
      result = yield* call.run.model({ name, model, request, ...(config && { config }) })
      const { message, usage } = result
      const id = call.run.id
      return { runId: id, status: 'done', messages: [...call.messages, message], usage, turns: 1, pending: [] }
    },
  }
  for await (const _event of runAgent({ ...config, name: 'complete', use: [...(config.use ?? []), layer] }, messages));
  if (!result) throw new AgentError('incomplete', 'A layer ended the run before there was an answer.')
  const text = result.message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return { ...result, text }
}

function toModelCall({ config: { model, system, config }, messages }: RunCall) {
  const parts = typeof system === 'string' ? [{ type: 'text', text: system } as const] : (system ?? [])
  const request = { messages, ...(parts.length > 0 && { system: parts }) }
  return { name: 'attempt-1-plain', model, config, request }
}
