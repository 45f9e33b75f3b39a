import type { AnySchema, InferOutput } from '@x/tools/schema'
import type { AgentEvent, JsonObject, Message, RunCall, Usage } from '@x/types'
import { AgentError, addUsage, isAgentError, noUsage } from '@x/types'
import type { AnswerCheck } from './check-answer.js'
import { checkUsable } from './check-usable.js'
import { toCorrection } from './correction.js'
import { eagerConfig, refusesEager } from './eager-input.js'
import type { ExtractMode } from './extract-mode.js'
import type { ExtractAttempt, ExtractFailure, Extraction } from './extraction.js'
import { exhausted, finalFault, toError, totalUsage, withFailure } from './failures.js'
import type { Ladder } from './ladder.js'
import { startLadder } from './ladder.js'
import type { AnswerSpec, Rung } from './rung.js'
import type { Answer } from './to-attempt.js'
import { tellAttempt, toAttempt } from './to-attempt.js'
import { toRequest, toSystem } from './to-request.js'

/** What an extraction is about, beside the run it is made in. */
export interface ExtractTask<Schema extends AnySchema> {
  readonly schema: Schema
  readonly answer: AnswerSpec
  readonly mode?: ExtractMode | undefined
  readonly maxRetries: number
  readonly repair: boolean
  readonly validate?: AnswerCheck<InferOutput<Schema>> | undefined
  readonly onAttempt?: ((attempt: ExtractAttempt) => void) | undefined
  readonly onLength?: JsonObject | undefined
  /** Sees the answer while it is written. */
  readonly view?: AnswerView<InferOutput<Schema>> | undefined
}

export interface AnswerView<Output> {
  /** The model call of this name begins; `reason`: why what was shown so far is void. */
  begin(rung: Rung<Output>, callName: string, reason: string): void
  push(event: AgentEvent): Promise<void> | undefined
  /** What was last shown. */
  readonly value: unknown
}

/** The body of an extraction: asks, checks, and asks again until an answer is right or asking again is of no use. */
export async function* askUntilRight<Schema extends AnySchema>(
  call: RunCall,
  task: ExtractTask<Schema>,
): AsyncGenerator<AgentEvent, Extraction<InferOutput<Schema>>, void> {
  const { model, config } = call.config
  const { schema, answer: spec, mode } = task
  const ladder = startLadder({ model, config, schema, answer: spec, mode })
  const attempts: ExtractAttempt[] = []
  const asking: Asking = { shown: [], config, attempt: 1, reason: '', spent: noUsage }
  const failure = (error: unknown): ExtractFailure => {
    const partial = task.view?.value
    const { stepsDown, rung } = ladder
    const usage = [totalUsage(attempts), usageOf(error)].reduce(addUsage, asking.spent)
    return { mode: rung.mode, stepsDown, attempts, usage, ...(partial !== undefined && { partial }) }
  }
  try {
    for (;;) {
      const startedMs = performance.now()
      const answer = yield* askModel(call, task, ladder, asking)
      const checked = await checkUsable(ladder.rung, answer, { ...task, run: call.run })
      const attempt = toAttempt(ladder.rung.mode, answer, checked, performance.now() - startedMs)
      attempts.push(attempt)
      yield* tellAttempt(task.onAttempt, attempt)
      if (checked.right) {
        const { output, json, repairs } = checked
        const usage = addUsage(asking.spent, totalUsage(attempts))
        const { stepsDown, rung } = ladder
        return { output, json, mode: rung.mode, stepsDown, attempts, usage, message: answer.message, repairs }
      }
      asking.attempt += 1
      asking.reason = checked.problem
      if (answer.stopReason === 'length' && task.onLength && !asking.isLonger) {
        Object.assign(asking, { isLonger: true, config: { ...asking.config, ...task.onLength } })
        continue
      }
      const isLast = attempts.length - (asking.isLonger ? 1 : 0) > task.maxRetries
      const { modelId } = model
      const fault = finalFault(modelId, answer.stopReason) ?? (isLast && exhausted(modelId, attempts))
      if (fault) throw toError(fault)
      // Only the last wrong answer is shown: all of them would grow the request without telling the model more.
      asking.shown = toCorrection(ladder.rung, answer.message, checked.faults)
    }
  } catch (error) {
    throw withFailure(error, failure(error))
  }
}

/** Where the asking stands. */
interface Asking {
  /** The last wrong answer and what was wrong in it. */
  shown: readonly Message[]
  config: JsonObject | undefined
  /** From 1. */
  attempt: number
  reason: string
  /** By calls that gave no answer. */
  spent: Usage
  isLonger?: boolean
  /** The arguments of a tool come as the service will have it. */
  isEagerRefused?: boolean
}

/** One answer, in the best way that the service does not refuse. */
async function* askModel<Schema extends AnySchema>(
  { run, config: { model, system }, messages }: RunCall,
  { view }: ExtractTask<Schema>,
  ladder: Ladder<InferOutput<Schema>>,
  asking: Asking,
): AsyncGenerator<AgentEvent, Answer, void> {
  for (;;) {
    const { rung } = ladder
    const eager = view && !asking.isEagerRefused ? eagerConfig(model, rung, asking.config) : undefined
    const name = `${callName(rung, asking.attempt)}${asking.isEagerRefused ? '-held' : ''}`
    const request = toRequest(rung, [...messages, ...asking.shown], toSystem(system), messages.length)
    const { signal } = run
    if (signal.aborted) {
      throw new AgentError('aborted', 'The extraction was aborted.', { scope: 'run', cause: signal.reason })
    }
    view?.begin(rung, name, asking.reason)
    try {
      const config = eager ?? asking.config
      const patch = config && { config }
      return yield* watched(run.model({ name, model, request, ...patch }), view)
    } catch (error) {
      if (isAgentError(error, 'model-failed') && error.partial?.message?.stopReason === 'malformed') {
        const { message, usage = noUsage } = error.partial
        return { message, usage, stopReason: 'malformed' }
      }
      if (eager && refusesEager(error)) {
        Object.assign(asking, { isEagerRefused: true, spent: addUsage(asking.spent, usageOf(error)) })
        continue
      }
      if (!ladder.stepDown(error)) throw error
      const { message: reason } = error as AgentError
      const spent = addUsage(asking.spent, usageOf(error))
      Object.assign(asking, { spent, reason, shown: [] })
    }
  }
}

async function* watched<Result>(
  step: AsyncGenerator<AgentEvent, Result, void>,
  view: AnswerView<never> | undefined,
): AsyncGenerator<AgentEvent, Result, void> {
  if (!view) return yield* step
  try {
    for (;;) {
      const { done, value } = await step.next()
      if (done) return value
      const shown = view.push(value)
      if (shown !== undefined) await shown
      yield value
    }
  } finally {
    await step.return(undefined as Result)
  }
}

/** Unique within the run, and the same when a journal plays the run back. */
function callName({ mode, ask }: Rung<unknown>, attempt: number): string {
  const how = ask.toolChoice === 'auto' ? '-auto' : ask.userText === undefined ? '' : '-user'
  return `attempt-${attempt}-${mode}${how}`
}

function usageOf(error: unknown): Usage {
  return (isAgentError(error) && error.partial?.usage) || noUsage
}
