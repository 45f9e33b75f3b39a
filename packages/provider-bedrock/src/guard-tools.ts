import type { AgentEvent, Middleware, Step, ToolCall, ToolOutcome, ToolResultPart } from '@x/types'
import { isAgentError } from '@x/types'
import type { AppliedGuardrail, ApplyGuardrailOptions, ServiceOptions } from './apply-guardrail.js'
import { applyGuardrail } from './apply-guardrail.js'
import type { GuardrailConfig } from './guardrail-config.js'

export interface GuardToolsOptions extends ServiceOptions {
  readonly guardrail: Pick<GuardrailConfig, 'id' | 'version'>
  /** Names of the tools to look at. Default: all. */
  readonly tools?: readonly string[]
  /** Look at what the model asks tools for. Default true. */
  readonly inputs?: boolean
  /** Look at what tools answer. Default true. */
  readonly outputs?: boolean
}

/**
 * Puts the arguments and the results of tools before a guardrail; the guardrail of a model call sees neither. Arguments
 * are judged as output of the model, and a blocked call does not run. Results are judged as input to it: a blocked one
 * becomes an error, and an anonymized one is replaced. What cannot be judged does not pass. `tool-progress` is not
 * looked at, nor are documents, videos and images other than png and jpeg bytes.
 */
export function guardTools(options: GuardToolsOptions): Middleware {
  const { tools, inputs = true, outputs = true, ...service } = options
  return {
    name: 'guard-tools',
    async *tool(call, next) {
      const { id, name, input } = call.call
      if (tools && !tools.includes(name)) return yield* next(call)
      const judge = (source: ApplyGuardrailOptions['source'], content: Texts) =>
        judged({ ...service, source, content, signal: call.run.signal })

      const refusal = inputs ? await judge('output', [toText(JSON.stringify(input))]) : undefined
      if (refusal?.action === 'blocked') {
        yield { type: 'tool-start', callId: id, name, input }
        return yield* ended(call, failed(id, `${name} was not run: ${refusal.reason('its arguments')}`, refusal.code))
      }
      // `tool-end` shows the result, so it waits for the verdict.
      const outcome = yield* withoutEnd(call, next)
      if (!outputs || outcome.type !== 'result') return yield* ended(call, outcome)
      const content = textsOf(outcome.result)
      if (content.length === 0) return yield* ended(call, outcome)
      return yield* ended(call, withVerdict(outcome, await judge('input', content)))
    },
  }
}

type Result = Extract<ToolOutcome, { type: 'result' }>
type Texts = Exclude<ApplyGuardrailOptions['content'], string>

interface Verdict extends Pick<AppliedGuardrail, 'action' | 'outputs'> {
  readonly code: string
  reason(subject: string): string
}

async function judged(options: ApplyGuardrailOptions): Promise<Verdict> {
  try {
    const { action, outputs } = await applyGuardrail(options)
    return { action, outputs, code: 'guardrail', reason: (subject) => `a guardrail blocked ${subject}.` }
  } catch (error) {
    if (!isAgentError(error) || options.signal?.aborted) throw error
    const { code, message } = error
    return {
      action: 'blocked',
      outputs: [],
      code,
      reason: (subject) => `no guardrail could look at ${subject}. ${message}`,
    }
  }
}

function withVerdict(outcome: Result, { action, outputs, code, reason }: Verdict): Result {
  const { result, usage } = outcome
  if (action === 'none') return outcome
  if (action === 'blocked') return { ...failed(result.id, `No result: ${reason('it')}`, code), ...(usage && { usage }) }
  const others = result.content.filter(({ type }) => type !== 'text' && type !== 'json')
  return { ...outcome, result: { ...result, content: [...outputs.map(toText), ...others] } }
}

async function* withoutEnd(
  call: ToolCall,
  next: Step<ToolCall, ToolOutcome>,
): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  const step = next(call)
  try {
    for (;;) {
      const { done, value } = await step.next()
      if (done) return value
      if (value.type !== 'tool-end' || value.callId !== call.call.id) yield value
    }
  } finally {
    await step.return(undefined as never)
  }
}

async function* ended({ call }: ToolCall, outcome: ToolOutcome): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  yield { type: 'tool-end', callId: call.id, name: call.name, outcome }
  return outcome
}

function failed(id: string, text: string, errorCode: string): Result {
  return { type: 'result', result: { type: 'tool-result', id, content: [toText(text)], isError: true }, errorCode }
}

/** All text and JSON as one block, so that what is anonymized comes back as one; and the images it can look at. */
function textsOf({ content }: ToolResultPart): Texts {
  const text = content.map((part) =>
    part.type === 'text' ? part.text : part.type === 'json' ? JSON.stringify(part.value) : '',
  )
  const joined = text.filter((piece) => piece !== '').join('\n')
  const images = content.filter((part) => part.type === 'image')
  const seen = images.filter(({ format, source }) => /^(png|jpeg)$/.test(format) && source.type === 'base64')
  return [...(joined.trim() === '' ? [] : [toText(joined)]), ...seen]
}

function toText(text: string) {
  return { type: 'text', text } as const
}
