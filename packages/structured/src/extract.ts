import type { AnySchema, CompiledSchema, InferOutput } from '@x/tools/schema'
import { compileSchema, problemsText } from '@x/tools/schema'
import type {
  AssistantMessage,
  ErrorCode,
  JsonObject,
  Message,
  Model,
  ModelRequest,
  ModelResult,
  StopReason,
  SystemPart,
  Usage,
} from '@x/types'
import { AgentError, addUsage, foldEvents, isAgentError, noUsage } from '@x/types'
import type { ExtractMode, Finding } from './modes.js'
import { chooseMode } from './modes.js'

export type { ExtractMode } from './modes.js'

/** A conversation, a question, or both: the question is then asked last. */
export type ExtractPrompt =
  | { readonly prompt: string; readonly messages?: readonly Message[] }
  | { readonly prompt?: undefined; readonly messages: readonly Message[] }

export type ExtractOptions<Schema extends AnySchema> = ExtractPrompt & {
  readonly model: Model
  /** What the answer must be: any Standard Schema or plain JSON Schema, with any root. */
  readonly schema: Schema
  readonly system?: string | readonly SystemPart[]
  /** What the answer is called towards the model. 1 to 64 characters of `[a-zA-Z0-9_-]`. Default `answer`. */
  readonly name?: string
  readonly description?: string
  readonly signal?: AbortSignal
  /** Patch over the model's live config, for every attempt. */
  readonly config?: JsonObject
  /** How often a wrong or missing answer is asked for again. Default 2; 0 for never. */
  readonly maxRetries?: number
}

/** A checked answer. */
export interface Extraction<Output> {
  readonly output: Output
  /** How the answer was asked for. */
  readonly mode: ExtractMode
  /** Every model call, in order; the last one gave the output. */
  readonly attempts: readonly ExtractAttempt[]
  /** Of all attempts together. */
  readonly usage: Usage
  /** The answer that held the output. */
  readonly message: AssistantMessage
}

export interface ExtractAttempt {
  readonly message: AssistantMessage
  readonly stopReason: StopReason
  readonly usage: Usage
  /** What was wrong, as the model was told; missing when the answer was right. */
  readonly problem?: string
}

/** The `cause` of an error that `extract` throws about the model's answer. */
export interface ExtractFailure {
  readonly mode: ExtractMode
  readonly attempts: readonly ExtractAttempt[]
}

/**
 * Asks a model for an answer of a schema and checks it. A wrong answer is shown to the model with what is wrong in it,
 * and asked for again.
 * @throws AgentError `invalid-output` when no attempt was right; `incomplete`, `context-overflow` or `guardrail` when the
 *   answer was cut or withheld, which asking again would not change. All of them have `partial` (last message, usage of
 *   all attempts) and an {@link ExtractFailure} as `cause`. Errors of the model itself pass through with the usage of
 *   all attempts; `unsupported` for a model or schema that cannot do this.
 */
export async function extract<Schema extends AnySchema>(
  options: ExtractOptions<Schema>,
): Promise<Extraction<InferOutput<Schema>>> {
  const { model, schema, name = 'answer', description = 'Takes the answer.', maxRetries = 2 } = options
  checkOptions(name, maxRetries)
  const base = toMessages(options)
  const system = toSystem(options.system)
  const mode = chooseMode(model, { name, description })
  const compiled = compileSchema(schema, mode.dialect)
  const attempts: ExtractAttempt[] = []
  let messages = base
  for (;;) {
    const result = await ask(options, mode.toRequest(messages, system, compiled.jsonSchema), attempts)
    const { message, stopReason, usage } = result
    const checked = await check(mode.read(message), result, compiled)
    if ('output' in checked) {
      const all = [...attempts, { message, stopReason, usage }]
      return { output: checked.output, mode: mode.name, attempts: all, usage: totalUsage(all), message }
    }
    attempts.push({ message, stopReason, usage, problem: checked.problem })
    const fault = finalFault(model, stopReason) ?? (attempts.length > maxRetries && exhausted(model, attempts))
    if (fault) throw failure(fault, { mode: mode.name, attempts })
    // Only the last wrong answer is shown: all of them would grow the request without telling the model more.
    messages = [...base, ...mode.correct(message, checked.findings)]
  }
}

type Checked<Output> = { readonly output: Output } | { readonly findings: readonly Finding[]; readonly problem: string }

/** The first finding that fits the schema, or all of them with what is wrong in each. */
async function check<Output>(
  found: readonly Finding[],
  { stopReason }: ModelResult,
  compiled: CompiledSchema<Output>,
): Promise<Checked<Output>> {
  const findings: Finding[] = []
  for (const finding of found) {
    if ('fault' in finding) findings.push(finding)
    // The stop reason comes first: what may have been cut is not an answer, even if it happens to fit the schema.
    else if (unusable.has(stopReason)) findings.push({ fault: `The answer was not usable (${stopReason}).` })
    else {
      const checked = await compiled.validate(finding.value)
      if (checked.valid) return { output: checked.value }
      findings.push({ fault: `The answer does not fit the schema:\n${problemsText(checked.problems)}` })
    }
  }
  const faults = findings.map((finding) => ('fault' in finding ? finding.fault : ''))
  return { findings, problem: faults.join('\n') || 'There was no answer.' }
}

const unusable: ReadonlySet<StopReason> = new Set(['length', 'context-window', 'filtered', 'malformed'])

/** One model call. */
async function ask(
  { model, signal, config }: Pick<ExtractOptions<AnySchema>, 'model' | 'signal' | 'config'>,
  request: ModelRequest,
  attempts: readonly ExtractAttempt[],
): Promise<ModelResult> {
  const fold = foldEvents(model)
  try {
    if (signal?.aborted) throw new AgentError('aborted', 'The extraction was aborted.', { cause: signal.reason })
    for await (const event of model.stream(request, { ...(signal && { signal }), ...(config && { config }) })) {
      fold.push(event)
    }
    return fold.result()
  } catch (error) {
    if (isAgentError(error) && attempts.length > 0) {
      const usage = addUsage(totalUsage(attempts), error.partial?.usage ?? noUsage)
      error.partial = { ...error.partial, usage }
    }
    throw error
  }
}

interface Fault {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

/** Why asking again would not help. */
function finalFault({ modelId }: Model, stopReason: StopReason): Fault | undefined {
  switch (stopReason) {
    case 'length':
      return {
        code: 'incomplete',
        message: `The answer of ${modelId} was cut at its token limit.`,
        hint: 'Raise maxTokens, or ask for less.',
      }
    case 'context-window':
      return {
        code: 'context-overflow',
        message: `The answer of ${modelId} was cut because the context window is full.`,
        hint: 'Send a shorter conversation.',
      }
    case 'guardrail':
    case 'filtered':
      return {
        code: 'guardrail',
        message: `The answer of ${modelId} was withheld (${stopReason}).`,
        hint: 'The last message in `partial` and the trace of the service say more.',
      }
    default:
      return undefined
  }
}

function exhausted({ modelId }: Model, attempts: readonly ExtractAttempt[]): Fault {
  const times = attempts.length === 1 ? 'attempt' : `${attempts.length} attempts`
  return {
    code: 'invalid-output',
    message: `${modelId} gave no right answer in ${times}. ${attempts.at(-1)?.problem ?? ''}`.trim(),
    hint: 'Every attempt is in `cause.attempts`. Say more in the descriptions of the schema, or take a stronger model.',
  }
}

function failure({ code, message, hint }: Fault, cause: ExtractFailure): AgentError {
  const last = cause.attempts.at(-1)
  const partial = { usage: totalUsage(cause.attempts), ...(last && { message: last.message }) }
  return new AgentError(code, message, { hint, cause, partial })
}

function totalUsage(attempts: readonly ExtractAttempt[]): Usage {
  return attempts.map(({ usage }) => usage).reduce(addUsage, noUsage)
}

function toMessages({ prompt, messages = [] }: ExtractPrompt): Message[] {
  const question: Message[] = prompt === undefined ? [] : [{ role: 'user', content: [{ type: 'text', text: prompt }] }]
  const all = [...messages, ...question]
  if (all.length > 0) return all
  throw new AgentError('invalid-messages', 'There is nothing to ask.', { hint: 'Give a prompt, messages or both.' })
}

function toSystem(system: string | readonly SystemPart[] | undefined): readonly SystemPart[] {
  if (typeof system !== 'string') return system ?? []
  return system === '' ? [] : [{ type: 'text', text: system }]
}

function checkOptions(name: string, maxRetries: number): void {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new AgentError('invalid-config', `An answer cannot be named ${JSON.stringify(name)}.`, {
      hint: 'Names are 1 to 64 letters, digits, "_" and "-".',
    })
  }
  if (!Number.isInteger(maxRetries) || maxRetries < 0) {
    throw new AgentError('invalid-config', `maxRetries is ${maxRetries}.`, { hint: 'It is a whole number from 0.' })
  }
}
