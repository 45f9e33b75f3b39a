import { AgentError, isAgentError } from './error.js'
import { foldEvents } from './fold-events.js'
import type { Message, ToolCallPart } from './message.js'
import type { Model, ModelEvent, ModelRequest, ModelResult, StreamOptions } from './model.js'

export interface CheckModelOptions {
  /** A request that the model answers with text. Default: asks for a short greeting. */
  readonly textRequest?: ModelRequest
  /** A request that the model answers with a tool call, or `false` for a model without tools. */
  readonly toolRequest?: ModelRequest | false
  /** How long one check may take. Default 30,000. */
  readonly timeoutMs?: number
}

export interface ModelReport {
  readonly passed: boolean
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly error?: string }[]
}

/**
 * Checks a model against the contract by calling it, about ten times, and says what it breaks. Needs no test runner:
 *
 *     const report = await checkModel(model)
 *     if (!report.passed) throw new Error(formatReport(report))
 */
export async function checkModel(model: Model, options: CheckModelOptions = {}): Promise<ModelReport> {
  const { timeoutMs = 30_000 } = options
  const checks: { name: string; passed: boolean; error?: string }[] = []
  for (const [name, check] of Object.entries(modelChecks)) {
    try {
      await within(timeoutMs, check(model, options))
      checks.push({ name, passed: true })
    } catch (error) {
      checks.push({ name, passed: false, error: error instanceof Error ? error.message : String(error) })
    }
  }
  return { passed: checks.every(({ passed }) => passed), checks }
}

/** The report as a table, one check a line. */
export function formatReport(report: ModelReport): string {
  return report.checks
    .map(({ name, passed, error }) => `${passed ? 'ok    ' : 'FAILED'}  ${name}${error ? `\n          ${error}` : ''}`)
    .join('\n')
}

const greeting: ModelRequest = { messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }] }

const echoRequest: ModelRequest = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Call the tool echo with the text "ping".' }] }],
  tools: [
    {
      name: 'echo',
      description: 'Gives the text back.',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    },
  ],
}

type Check = (model: Model, options: CheckModelOptions) => Promise<void>

const modelChecks: Readonly<Record<string, Check>> = {
  'names itself': async (model) => {
    expect(model.specVersion === 1, `specVersion is ${model.specVersion}, not 1`)
    expect(/^[a-z][a-z0-9._-]*$/.test(model.provider), `provider "${model.provider}" is not a lower-case name`)
    expect(model.modelId.length > 0, 'modelId is empty')
  },

  'answers with text and says how it ended': async (model, { textRequest = greeting }) => {
    const { result, events } = await call(model, textRequest)
    expect(textOf(result) !== '', 'the answer holds no text')
    expect(events.at(-1)?.type === 'model-end', `the last event is ${events.at(-1)?.type}, not model-end`)
    expect(result.stopReason === 'end', `the stop reason is ${result.stopReason}, not end`)
    expect(result.providerStopReason !== '', 'providerStopReason is empty')
  },

  'counts tokens': async (model, { textRequest = greeting }) => {
    const { usage } = (await call(model, textRequest)).result
    for (const key of ['inputTokens', 'outputTokens', 'totalTokens'] as const) {
      expect(Number.isInteger(usage[key]) && usage[key] >= 0, `usage.${key} is ${usage[key]}`)
    }
    expect(usage.totalTokens >= usage.inputTokens + usage.outputTokens, 'totalTokens is less than input plus output')
  },

  'sends events that survive JSON': async (model, { textRequest = greeting }) => {
    const { events } = await call(model, textRequest)
    for (const event of events) {
      const copy = JSON.parse(JSON.stringify(event)) as ModelEvent
      expect(same(event, copy), `${event.type} changes when written as JSON: ${JSON.stringify(event)}`)
    }
  },

  'leaves the request as it was': async (model, { textRequest = greeting }) => {
    const request = deepFreeze(structuredClone(textRequest))
    await call(model, request)
    expect(same(request, textRequest), 'the request was changed')
  },

  'calls a tool and goes on from its result': async (model, { toolRequest = echoRequest }) => {
    if (toolRequest === false) return
    const { result } = await call(model, toolRequest)
    const calls = result.message.content.filter((part): part is ToolCallPart => part.type === 'tool-call')
    expect(calls.length > 0, 'the answer holds no tool call')
    expect(result.stopReason === 'tool-use', `the stop reason is ${result.stopReason}, not tool-use`)
    expect(new Set(calls.map(({ id }) => id)).size === calls.length, 'two calls of one message share an id')
    const names = new Set(toolRequest.tools?.map((tool) => ('name' in tool ? tool.name : '')))
    for (const { id, name, input, malformedInput } of calls) {
      expect(id !== '' && names.has(name), `a call has the id "${id}" and names "${name}"`)
      expect(malformedInput === undefined, `the arguments of ${name} are not JSON: ${malformedInput}`)
      expect(typeof input === 'object' && input !== null, `the arguments of ${name} are not an object`)
    }
    const answered: Message = {
      role: 'tool',
      content: calls.map(({ id }) => ({ type: 'tool-result', id, content: [{ type: 'text', text: 'ping' }] })),
    }
    await call(model, { ...toolRequest, messages: [...toolRequest.messages, result.message, answered] })
  },

  'refuses to start when already aborted': async (model, { textRequest = greeting }) => {
    await expectCode('aborted', async () => void (await call(model, textRequest, { signal: AbortSignal.abort() })))
  },

  'stops when aborted on the way': async (model, { textRequest = greeting }) => {
    const controller = new AbortController()
    await expectCode('aborted', async () => {
      for await (const event of model.stream(textRequest, { signal: controller.signal })) {
        expect(!controller.signal.aborted, `a ${event.type} came after the abort`)
        controller.abort()
      }
    })
  },

  'can be left early and asked again': async (model, { textRequest = greeting }) => {
    for await (const _event of model.stream(textRequest)) break
    await call(model, textRequest)
  },

  'answers several callers at once': async (model, { textRequest = greeting }) => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => call(model, textRequest)))
    expect(
      answers.every(({ result }) => textOf(result) !== ''),
      'one of four answers is empty',
    )
  },

  'refuses config members that do not exist': async (model, { textRequest = greeting }) => {
    const patch = { noSuchMember: 1 }
    if (model.updateConfig) await expectCode('invalid-config', async () => model.updateConfig?.(patch))
    if (model.config)
      await expectCode('invalid-config', async () => void (await call(model, textRequest, { config: patch })))
  },

  'keeps its config free of secrets and calls': async (model, { textRequest = greeting }) => {
    if (!model.config) return
    const before = JSON.stringify(model.config)
    expect(same(JSON.parse(before), model.config), 'config does not survive JSON')
    await call(model, textRequest, { config: { modelId: model.modelId } })
    expect(JSON.stringify(model.config) === before, 'a per-call patch changed the live config')
  },
}

async function call(
  model: Model,
  request: ModelRequest,
  options?: StreamOptions,
): Promise<{ events: ModelEvent[]; result: ModelResult }> {
  const events: ModelEvent[] = []
  const fold = foldEvents(model)
  for await (const event of model.stream(request, options)) {
    events.push(event)
    fold.push(event)
  }
  return { events, result: fold.result() }
}

function textOf({ message }: ModelResult): string {
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise)
}

async function expectCode(code: string, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    expect(isAgentError(error, code), `it failed with ${describe(error)} instead of AgentError ${code}`)
    return
  }
  throw new Error(`it did not fail with AgentError ${code}`)
}

function describe(error: unknown): string {
  if (isAgentError(error)) return `AgentError ${error.code}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AgentError('timeout', `It took longer than ${timeoutMs} ms.`)), timeoutMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Structural equality of JSON values; a member that is `undefined` is not the same as none, which is the point. */
function same(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => same((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]))
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member)
    Object.freeze(value)
  }
  return value
}
