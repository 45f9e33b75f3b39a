import { runAgent } from '@x/agent-loop'
import type { AnySchema, InferOutput } from '@x/tools/schema'
import type {
  AgentEvent,
  JsonObject,
  Message,
  Middleware,
  Model,
  RunContext,
  RunResult,
  SystemPart,
  ToolResultPart,
} from '@x/types'
import { AgentError } from '@x/types'
import type { AnswerOptions } from './answer-options.js'
import { checkAnswerOptions } from './answer-options.js'
import type { AnswerView, ExtractTask } from './ask-until-right.js'
import { askUntilRight } from './ask-until-right.js'
import type { Extraction } from './extraction.js'
import { failureOf, withFailure } from './failures.js'

/** A conversation, a question, or both: the question is then asked last. */
export type ExtractPrompt =
  | { readonly prompt: string; readonly messages?: readonly Message[] }
  | { readonly prompt?: undefined; readonly messages: readonly Message[] }

export type ExtractOptions<Schema extends AnySchema> = ExtractPrompt &
  AnswerOptions<Schema> & {
    readonly model: Model
    readonly system?: string | readonly SystemPart[]
    /**
     * Patch over the config for one more attempt when an answer was cut at its token limit, for example
     * `{ maxTokens: 16_000 }`. That attempt does not count as a retry. Default: none, the cut answer is an error.
     */
    readonly onLength?: JsonObject
    /** Layers round the model calls, as of an agent: retry, telemetry, budget … */
    readonly use?: readonly Middleware[]
    readonly signal?: AbortSignal
    readonly env?: unknown
    /** Patch over the model's live config, for every attempt. */
    readonly config?: JsonObject
    /** Default: random. Give the same one to continue a journaled extraction. */
    readonly runId?: string
    /** The run that this one is part of: `context.run` in a tool. */
    readonly parent?: RunContext
  }

/**
 * Asks a model for an answer of a schema and checks it. It is asked for in the best way that the model takes, repaired
 * where that is safe, and asked for again with what is wrong in it.
 * @throws AgentError `invalid-output` when no attempt was right; `incomplete`, `context-overflow` or `guardrail` when the
 *   answer was cut or withheld; `unsupported` for a schema that cannot be said. Errors of the model pass through. All of
 *   them have `partial.usage` of all attempts, and `failureOf(error)` tells of each.
 */
export async function extract<Schema extends AnySchema>(
  options: ExtractOptions<Schema>,
): Promise<Extraction<InferOutput<Schema>>> {
  const { events, extraction } = startExtraction(options)
  try {
    for (;;) {
      const { done } = await events.next()
      if (done) return extraction()
    }
  } catch (error) {
    throw restated(error)
  }
}

/** The loop counts the usage of answers alone; the failure has that of the calls without one as well. */
export function restated(error: unknown): unknown {
  const failure = failureOf(error)
  return failure ? withFailure(error, failure) : error
}

export interface StartedExtraction<Output> {
  readonly events: AsyncGenerator<AgentEvent, RunResult, void>
  /** To be asked once the events have ended. */
  extraction(): Extraction<Output>
}

/** An extraction as a run: a layer that does not call `next` and makes each attempt as a model call of its own. */
export function startExtraction<Schema extends AnySchema>(
  options: ExtractOptions<Schema>,
  view?: AnswerView<InferOutput<Schema>>,
): StartedExtraction<InferOutput<Schema>> {
  const { model, system, use = [], signal, env, config, runId, parent, onLength } = options
  const task = { ...checkAnswerOptions(options), onLength, view }
  let extraction: Extraction<InferOutput<Schema>> | undefined
  const layer = extractLayer<Schema>(task, (made) => {
    extraction = made
  })
  const run = {
    ...{ model, name: 'extract', use: [...use, layer], env },
    ...(system !== undefined && { system }),
    ...(signal && { signal }),
    ...(config && { config }),
    ...(runId !== undefined && { runId }),
    ...(parent && { parent }),
  }
  return {
    events: runAgent(run, toMessages(options)),
    extraction() {
      if (extraction) return extraction
      throw new AgentError('incomplete', 'A layer ended the extraction before there was an answer.')
    },
  }
}

function extractLayer<Schema extends AnySchema>(
  task: ExtractTask<Schema>,
  onDone: (extraction: Extraction<InferOutput<Schema>>) => void,
): Middleware {
  return {
    name: 'extract',
    // Innermost, so that what others wrap round a run is round this one too.
    order: Number.MAX_SAFE_INTEGER,
    async *run(call) {
      const extraction = yield* askUntilRight(call, task)
      onDone(extraction)
      const { message, usage, attempts } = extraction
      const messages = [...call.messages, message, ...taken(message)]
      return { runId: call.run.id, status: 'done', messages, usage, turns: attempts.length, pending: [] }
    },
  }
}

/** Results for the calls of the answer, so that the conversation of the run is a valid one. */
function taken({ content }: Extraction<unknown>['message']): Message[] {
  const calls = content.filter((part) => part.type === 'tool-call')
  const toResult = ({ id }: { readonly id: string }): ToolResultPart => ({
    ...{ type: 'tool-result', id, content: [{ type: 'text', text: 'Taken.' }] },
  })
  return calls.length > 0 ? [{ role: 'tool', content: calls.map(toResult) }] : []
}

function toMessages({ prompt, messages = [] }: ExtractPrompt): Message[] {
  const question: Message[] = prompt === undefined ? [] : [{ role: 'user', content: [{ type: 'text', text: prompt }] }]
  const all = [...messages, ...question]
  if (all.length > 0) return all
  throw new AgentError('invalid-messages', 'There is nothing to ask.', { hint: 'Give a prompt, messages or both.' })
}
