import type { AnySchema, InferOutput } from '@x/tools/schema'
import { compileSchema, validate } from '@x/tools/schema'
import type { JsonValue } from '@x/types'
import { AgentError, addUsage, isAgentError, noUsage } from '@x/types'
import type { AnswerOptions } from './answer-options.js'
import { checkAnswerOptions } from './answer-options.js'
import type { BackOffOptions } from './back-off.js'
import { sharedBackOff } from './back-off.js'
import type { BatchFailure, BatchProgress, BatchResult, BatchSuccess } from './batch-result.js'
import type { ExtractOptions, ExtractPrompt } from './extract.js'
import { extract } from './extract.js'
import type { Extraction } from './extraction.js'
import { failureOf } from './failures.js'
import { startLadder } from './ladder.js'
import type { LoggedResult, LoggedSuccess, ResultLog } from './result-log.js'
import { hashOf, readLog } from './result-log.js'
import type { BatchInput } from './to-question.js'
import { checkInputs, iteratorOf, toQuestion } from './to-question.js'
import { workAll } from './work-all.js'

export type ExtractAllOptions<Schema extends AnySchema> = Omit<
  ExtractOptions<Schema>,
  keyof ExtractPrompt | keyof AnswerOptions<Schema> | 'runId'
> &
  AnswerOptions<Schema> & {
    /** Read as they are needed: a generator may make them, or read them from a file. */
    readonly inputs: Iterable<BatchInput> | AsyncIterable<BatchInput>
    /** Extractions at once, at most. Default 8. */
    readonly concurrency?: number
    /** `input` (default): in the order of the inputs. `completed`: each as soon as it is there. */
    readonly order?: 'input' | 'completed'
    /** How model calls are tried again; no `retry()` is needed in `use`. */
    readonly backOff?: BackOffOptions
    /** Results go there, and what stands there already is not asked again. */
    readonly resultLog?: ResultLog
    /** Told after each result. What it throws is ignored. */
    readonly onProgress?: (progress: BatchProgress) => void
    /**
     * Whether an error would meet every other input too, so that the batch ends with it. Default: the codes of missing
     * access and wrong configuration (`credentials`, `access-denied`, `invalid-model`, `invalid-config` …).
     */
    readonly isFatal?: (error: AgentError) => boolean
  }

/** A batch under way. Its results are read once. */
export interface ExtractionBatch<Output> extends AsyncIterable<BatchResult<Output>> {
  /** Where it stands now. */
  readonly progress: BatchProgress
}

/**
 * Asks for an answer of one schema to each of many inputs. An input that fails gives a result with `error`, and the others
 * go on. Nothing is sent before the results are read; leaving the loop aborts what is under way, and what the result log
 * holds by then is not asked again by the next batch.
 * @throws AgentError out of the loop: `aborted`, a fatal error (see `isFatal`), and what `inputs` or `resultLog` throw
 */
export function extractAll<Schema extends AnySchema>(
  options: ExtractAllOptions<Schema>,
): ExtractionBatch<InferOutput<Schema>> {
  const { inputs, concurrency = 8, order = 'input', signal } = options
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new AgentError('invalid-config', `concurrency is ${concurrency}.`, { hint: 'It is a whole number from 1.' })
  }
  checkInputs(inputs)
  const controller = new AbortController()
  const batch = new Batch(options, concurrency, controller.signal)
  let isRead = false
  return {
    get progress() {
      return batch.progress
    },
    [Symbol.asyncIterator]() {
      if (isRead) throw new AgentError('busy', 'The results of this batch are read already.')
      isRead = true
      const follow = () => controller.abort(signal?.reason)
      if (signal?.aborted) follow()
      else signal?.addEventListener('abort', follow, { once: true })
      const results = workAll(iteratorOf(inputs), (input, index) => batch.answer(input, index), {
        ...{ concurrency, isOrdered: order === 'input', signal: controller.signal },
        onEnd() {
          signal?.removeEventListener('abort', follow)
          controller.abort()
        },
      })
      // A generator's own `return()` waits behind a pending `next()`.
      const leave = results.return.bind(results)
      results.return = (value) => {
        controller.abort()
        return leave(value)
      }
      return results
    },
  }
}

const fatalCodes: ReadonlySet<string> = new Set([
  ...['credentials', 'access-denied', 'region', 'invalid-config'],
  ...['invalid-model', 'needs-inference-profile', 'model-end-of-life'],
])

/** What the answers of a batch have in common. */
class Batch<Schema extends AnySchema> {
  progress: BatchProgress = { done: 0, failed: 0, resumed: 0, running: 0, usage: noUsage }
  readonly #options: ExtractAllOptions<Schema>
  readonly #shared: Omit<ExtractOptions<Schema>, keyof ExtractPrompt>
  #known: Promise<Map<number, LoggedSuccess>> | undefined
  #about: Promise<string> | undefined

  constructor(options: ExtractAllOptions<Schema>, concurrency: number, signal: AbortSignal) {
    const { inputs: _i, concurrency: _c, order: _o, backOff, resultLog: _r, onProgress: _p, ...rest } = options
    const { isFatal: _f, ...shared } = rest
    const { schema, answer, mode } = checkAnswerOptions(options)
    // What no input could be asked for is an error now, and not one for each of them.
    startLadder({ model: options.model, config: options.config, schema, answer, mode })
    this.#options = options
    const use = [...(options.use ?? []), sharedBackOff(concurrency, backOff)]
    this.#shared = { ...shared, use, signal } as unknown as Omit<ExtractOptions<Schema>, keyof ExtractPrompt>
  }

  /** @throws what ends the batch */
  async answer(input: BatchInput, index: number): Promise<BatchResult<InferOutput<Schema>>> {
    const { resultLog } = this.#options
    const question = toQuestion(input)
    this.#tell({ running: 1 })
    const result = await (resultLog ? this.#askLogged(question, index, resultLog) : this.#ask(question, index))
    const isResumed = result.error === undefined && result.isResumed
    this.#tell({
      ...{ done: 1, running: -1, failed: result.error ? 1 : 0, resumed: isResumed ? 1 : 0 },
      ...(!isResumed && { usage: result.usage }),
    })
    this.#listen()
    return result
  }

  async #askLogged(question: ExtractPrompt, index: number, log: ResultLog): Promise<BatchResult<InferOutput<Schema>>> {
    this.#known ??= readLog(log)
    const known = await this.#known
    const hash = await hashOf([await this.#aboutHash(), question])
    const logged = known.get(index)
    known.delete(index)
    const resumed = logged?.hash === hash && (await this.#resume(logged))
    if (resumed) return resumed
    let json: JsonValue = null
    const result = await this.#ask(question, index, (made) => {
      json = made.json
    })
    const { attempts, usage, repairs } = result
    const line: LoggedResult = result.error
      ? { index, hash, error: { code: result.error.code, message: result.error.message }, attempts, usage }
      : { index, hash, json, mode: result.mode, attempts, usage, repairs }
    await log.append(JSON.stringify(line))
    return result
  }

  async #ask(
    question: ExtractPrompt,
    index: number,
    onMade?: (made: Extraction<InferOutput<Schema>>) => void,
  ): Promise<BatchResult<InferOutput<Schema>>> {
    try {
      const made = await extract({ ...this.#shared, ...question } as ExtractOptions<Schema>)
      onMade?.(made)
      const { output, mode, usage, repairs } = made
      return { index, output, mode, attempts: made.attempts.length, usage, repairs, isResumed: false }
    } catch (thrown) {
      const result = toFailure(thrown, index)
      const { isFatal = ({ code }) => fatalCodes.has(code) } = this.#options
      if (this.#shared.signal?.aborted || isFatal(result.error)) throw result.error
      return result
    }
  }

  /** Checked again, as the schema may be another one by now. */
  async #resume(logged: LoggedSuccess): Promise<BatchSuccess<InferOutput<Schema>> | undefined> {
    const { index, json, mode, attempts, usage, repairs } = logged
    const checked = await validate(this.#options.schema, json)
    if (!checked.valid) return undefined
    return { index, output: checked.value, mode, attempts, usage, repairs, isResumed: true }
  }

  /** Of all that the questions share, but not of the model and its settings: a batch may be finished by another one. */
  #aboutHash(): Promise<string> {
    const { schema, name, description, system } = this.#options
    this.#about ??= hashOf({ system, name, description, jsonSchema: compileSchema(schema).jsonSchema })
    return this.#about
  }

  #tell(change: Partial<BatchProgress>): void {
    const { done, failed, resumed, running, usage } = this.progress
    this.progress = {
      done: done + (change.done ?? 0),
      failed: failed + (change.failed ?? 0),
      resumed: resumed + (change.resumed ?? 0),
      running: running + (change.running ?? 0),
      usage: change.usage ? addUsage(usage, change.usage) : usage,
    }
  }

  #listen(): void {
    try {
      this.#options.onProgress?.(this.progress)
    } catch {
      // Who watches a batch cannot end it.
    }
  }
}

function toFailure(thrown: unknown, index: number): BatchFailure {
  const error = isAgentError(thrown)
    ? thrown
    : new AgentError('internal', `The extraction failed: ${String(thrown)}`, { cause: thrown })
  const failure = failureOf(error)
  const usage = failure?.usage ?? error.partial?.usage ?? noUsage
  const { attempts = [] } = failure ?? {}
  return { index, error, attempts: attempts.length, usage, repairs: attempts.at(-1)?.repairs ?? [] }
}
