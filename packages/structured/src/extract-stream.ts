import type { AnySchema, InferOutput } from '@x/tools/schema'
import { AgentError } from '@x/types'
import { answerView } from './answer-view.js'
import type { ExtractOptions } from './extract.js'
import { restated, startExtraction } from './extract.js'
import type { ExtractEvent } from './extract-event.js'
import type { Extraction } from './extraction.js'

/** An extraction under way. It is read once: as events, as elements, or by waiting for the result. */
export interface ExtractStream<Schema extends AnySchema> extends AsyncIterable<ExtractEvent<Schema>> {
  /** The checked answer; when nobody has begun to read the events, asking for it reads them. */
  readonly result: Promise<Extraction<InferOutput<Schema>>>
  /**
   * The items of a schema whose root is a list, each as soon as it is whole and checked.
   * @throws AgentError `incomplete` when the answer begins anew after items have been given out
   */
  elements(): AsyncGenerator<ItemOf<InferOutput<Schema>>, void, void>
}

type ItemOf<Output> = Output extends readonly (infer Item)[] ? Item : never

/**
 * As `extract`, telling the answer as it is written. Nothing is sent before it is read. Leaving the loop aborts the call;
 * errors are thrown out of the loop and by `result`, with what had been shown in `failureOf(error).partial`.
 */
export function extractStream<Schema extends AnySchema>(options: ExtractOptions<Schema>): ExtractStream<Schema> {
  let settle: { resolve(made: Extraction<InferOutput<Schema>>): void; reject(error: unknown): void } | undefined
  const result = new Promise<Extraction<InferOutput<Schema>>>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Whoever reads the events gets the error from them.
  result.catch(() => undefined)
  let isRead = false
  const read = () => {
    if (isRead) {
      throw new AgentError('busy', 'This extraction is read already.', {
        hint: 'Its events, its elements and its result come from one reading; `result` can be awaited beside the others.',
      })
    }
    isRead = true
    return leavable(options, (outcome) => {
      if ('extraction' in outcome) settle?.resolve(outcome.extraction)
      else settle?.reject(outcome.error)
    })
  }
  return {
    [Symbol.asyncIterator]: read,
    get result() {
      // In the next turn, as the reading may begin right after this.
      if (!isRead) queueMicrotask(() => !isRead && void drain(read()))
      return result
    },
    elements() {
      const events = read()
      const elements = elementsOf<Schema>(events)
      const leave = elements.return.bind(elements)
      elements.return = () => {
        void events.return()
        return leave()
      }
      return elements
    },
  }
}

type Outcome<Schema extends AnySchema> =
  | { readonly extraction: Extraction<InferOutput<Schema>> }
  | { readonly error: unknown }

/** The events, ending at once when their reader leaves: a generator's own `return()` waits behind a pending `next()`. */
function leavable<Schema extends AnySchema>(
  options: ExtractOptions<Schema>,
  onEnd: (outcome: Outcome<Schema>) => void,
): AsyncGenerator<ExtractEvent<Schema>, void, void> {
  const controller = new AbortController()
  const events = readEvents(options, controller, onEnd)
  const leave = events.return.bind(events)
  events.return = (value) => {
    controller.abort()
    onEnd({ error: new AgentError('aborted', 'The extraction was left before its end.') })
    return leave(value)
  }
  return events
}

async function* readEvents<Schema extends AnySchema>(
  options: ExtractOptions<Schema>,
  controller: AbortController,
  onEnd: (outcome: Outcome<Schema>) => void,
): AsyncGenerator<ExtractEvent<Schema>, void, void> {
  const follow = () => controller.abort(options.signal?.reason)
  if (options.signal?.aborted) follow()
  else options.signal?.addEventListener('abort', follow, { once: true })
  try {
    let waiting: ExtractEvent<Schema>[] = []
    const view = answerView(options.schema, options.name ?? 'answer', (event) => waiting.push(event))
    const { events, extraction } = startExtraction({ ...options, signal: controller.signal }, view)
    for await (const _event of events) {
      if (waiting.length === 0) continue
      const shown = waiting
      waiting = []
      yield* shown
    }
    const made = extraction()
    onEnd({ extraction: made })
    yield { type: 'done', extraction: made }
  } catch (thrown) {
    const error = restated(thrown)
    onEnd({ error })
    throw error
  } finally {
    options.signal?.removeEventListener('abort', follow)
  }
}

async function* elementsOf<Schema extends AnySchema>(
  events: AsyncGenerator<ExtractEvent<Schema>, void, void>,
): AsyncGenerator<ItemOf<InferOutput<Schema>>, void, void> {
  let given = 0
  for await (const event of events) {
    if (event.type === 'closed') {
      const { path, value } = event as { readonly path: readonly unknown[]; readonly value: unknown }
      if (path.length !== 1 || path[0] !== given) continue
      given += 1
      yield value as ItemOf<InferOutput<Schema>>
    } else if (event.type === 'restart' && given > 0) {
      throw new AgentError('incomplete', `The answer began anew after ${given} items were given out: ${event.reason}`, {
        hint: 'Read the events, whose `restart` tells when to forget what was shown.',
      })
    } else if (event.type === 'done') {
      const { output } = event.extraction
      if (!Array.isArray(output)) throw notAList()
      // Items that only a repair made right, or whose own schema is not known.
      yield* output.slice(given)
    }
  }
}

function notAList(): AgentError {
  return new AgentError('unsupported', 'Only an answer whose root is a list has elements.', {
    hint: 'Read the events, or make the list the root of the schema.',
  })
}

async function drain(events: AsyncGenerator<unknown, void, void>): Promise<void> {
  try {
    for await (const _event of events);
  } catch {
    // `result` has it.
  }
}
