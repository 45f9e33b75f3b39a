import type { AgentError, Model, ModelEvent, ModelRequest, ModelResult, StreamOptions } from '@x/types'
import { foldEvents, isAgentError } from '@x/types'

export interface Collected {
  readonly events: readonly ModelEvent[]
  /** Set if the events came to their `model-end`. */
  readonly result?: ModelResult
  /** Whatever the call failed with. */
  readonly error?: AgentError
}

/** Reads one call to its end, good or bad. */
export async function collect(model: Model, request: ModelRequest, options?: StreamOptions): Promise<Collected> {
  const fold = foldEvents(model)
  const events: ModelEvent[] = []
  try {
    for await (const event of model.stream(request, options)) {
      events.push(event)
      fold.push(event)
    }
    // A stream that just ends is no error here: the fold would make one up that the provider owes.
    return events.at(-1)?.type === 'model-end' ? { events, result: fold.result() } : { events }
  } catch (error) {
    if (!isAgentError(error)) throw error
    return { events, error }
  }
}

export function ask(text: string): ModelRequest {
  return { messages: [{ role: 'user', content: [{ type: 'text', text }] }] }
}

export function textOf(message: { readonly content: readonly { type: string; text?: string }[] } | undefined): string {
  return (message?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}
