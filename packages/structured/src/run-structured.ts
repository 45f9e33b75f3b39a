import type { Prompt, RunOptions } from '@x/agent-loop'
import type { AnySchema, InferOutput } from '@x/tools/schema'
import type { Answers, RunResult, Usage } from '@x/types'
import { AgentError, isAgentError, noUsage } from '@x/types'
import type { AnswerRun } from './answer-layer.js'
import { answerLayer } from './answer-layer.js'
import type { AnswerOptions } from './answer-options.js'
import { checkAnswerOptions } from './answer-options.js'
import type { ExtractFailure, Extraction } from './extraction.js'
import type { FinalFault } from './failures.js'
import { exhausted, toError, withFailure } from './failures.js'

/** What is needed of an agent: `Agent` of `@x/agent-loop` or `@x/agent`, or anything of its shape. */
export interface StructuredAgent<Env = unknown> {
  run(prompt?: Prompt, options?: RunOptions<Env>): Promise<RunResult>
  resume?(answers: Answers, options?: RunOptions<Env>): Promise<RunResult>
}

export type RunStructuredOptions<Schema extends AnySchema, Env = unknown> = AnswerOptions<Schema> &
  Omit<RunOptions<Env>, 'output' | 'name'> & {
    /** Without one the agent goes on from where it stands. */
    readonly prompt?: Prompt
    /** Goes on after a suspension, with answers by call id. */
    readonly answers?: Answers
  }

/** A checked answer at the end of a run. */
export interface StructuredRun<Output> extends Extraction<Output> {
  /** How the run ended; the agent goes on from its messages. */
  readonly result: RunResult
}

/**
 * Runs an agent and ends the run with an answer of a schema. The agent uses its tools as it likes before; a wrong answer
 * is asked for again within the run.
 * @throws AgentError `invalid-output` when no answer was right; `incomplete`, `aborted` or `guardrail` when the run ended
 *   without one. `failureOf(error).result` is the run: one that was suspended goes on with `answers`.
 */
export async function runStructured<Schema extends AnySchema, Env = unknown>(
  agent: StructuredAgent<Env>,
  options: RunStructuredOptions<Schema, Env>,
): Promise<StructuredRun<InferOutput<Schema>>> {
  const { schema, name, description, mode, maxRetries, repair, validate, onAttempt, prompt, answers, ...rest } = options
  const answerOptions = checkAnswerOptions(options)
  const state: AnswerRun<InferOutput<Schema>> = { attempts: [], isNudged: false, shown: new Set(), checks: new Map() }
  const run = { ...rest, use: [...(rest.use ?? []), answerLayer(answerOptions, state)] } as RunOptions<Env>
  const failure = (usage: Usage, result?: RunResult): ExtractFailure => {
    const { rung, stepsDown = [] } = state.ladder ?? {}
    const how = rung?.mode ?? answerOptions.mode
    return { ...(how && { mode: how }), stepsDown, attempts: state.attempts, usage, ...(result && { result }) }
  }
  let result: RunResult
  try {
    result = answers ? await resume(agent, answers, run) : await agent.run(prompt, run)
  } catch (error) {
    throw withFailure(error, failure((isAgentError(error) && error.partial?.usage) || noUsage))
  }
  const { right, ladder, attempts } = state
  if (right && ladder && result.status === 'done') {
    const { output, json, message } = right
    const { rung, stepsDown } = ladder
    const { repairs = [] } = attempts.at(-1) ?? {}
    return { output, json, mode: rung.mode, stepsDown, attempts, usage: result.usage, message, repairs, result }
  }
  const fault = attempts.length > answerOptions.maxRetries ? exhausted('The agent', attempts) : stopFault(result)
  const { messages, usage } = result
  const error = withFailure(toError(fault), failure(usage, result))
  error.partial = { ...error.partial, messages }
  throw error
}

function resume<Env>(agent: StructuredAgent<Env>, answers: Answers, options: RunOptions<Env>): Promise<RunResult> {
  if (agent.resume) return agent.resume(answers, options)
  throw new AgentError('unsupported', 'This agent cannot be resumed.', { hint: 'Give a prompt instead of answers.' })
}

function stopFault({ status, turns }: RunResult): FinalFault {
  const found = { hint: 'failureOf(error).result holds the conversation, which can go on.' }
  switch (status) {
    case 'suspended':
      return {
        code: 'incomplete',
        message: 'The run waits for answers before it can give its own.',
        hint: 'failureOf(error).result.pending says which; go on with runStructured(agent, { ..., answers }).',
      }
    case 'limit':
      return { code: 'incomplete', message: `The run ended after ${turns} turns without an answer.`, ...found }
    case 'length':
      return { code: 'incomplete', message: 'The answer was cut at a token limit.', hint: 'Raise maxTokens.' }
    case 'aborted':
      return { code: 'aborted', message: 'The run was aborted before there was an answer.', ...found }
    case 'filtered':
    case 'guardrail':
      return { code: 'guardrail', message: `The answer was withheld (${status}).`, ...found }
    default:
      return { code: 'incomplete', message: 'The run ended without an answer.', ...found }
  }
}
