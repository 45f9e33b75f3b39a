import type { AgentError } from './error.js'
import { isAgentError } from './error.js'
import { foldEvents } from './fold-events.js'
import type { AssistantMessage, Message, ToolCallPart, ToolMessage, ToolResultContent } from './message.js'
import type { Model, ModelEvent, ModelRequest, ModelResult, StreamOptions } from './model.js'
import type { Scenario } from './model-check.js'
import { CheckFailure, describeError } from './model-check.js'

/** A call that came to its end. */
export interface Answer {
  readonly events: readonly ModelEvent[]
  readonly result: ModelResult
}

/** Asks and reads to the end. */
export async function ask(model: Model, request: ModelRequest, options?: StreamOptions): Promise<Answer> {
  const events: ModelEvent[] = []
  const fold = foldEvents(model)
  for await (const event of model.stream(request, options)) {
    events.push(event)
    fold.push(event)
  }
  return { events, result: fold.result() }
}

/** Asks a question that must fail, and gives what came before and the error. */
export async function askInVain(
  { model, request }: Pick<Scenario, 'model' | 'request'>,
  options?: StreamOptions,
): Promise<{ readonly events: readonly ModelEvent[]; readonly error: AgentError }> {
  const events: ModelEvent[] = []
  try {
    for await (const event of model.stream(request, options)) events.push(event)
  } catch (error) {
    expect(isAgentError(error), `it failed with a plain ${describeError(error)}`)
    return { events, error }
  }
  throw new CheckFailure(`it did not fail; its last event is ${events.at(-1)?.type ?? 'missing'}`)
}

/** The answer, or the error if the model refused; what is no AgentError is a failure of the check. */
export async function askOrRefused(model: Model, request: ModelRequest): Promise<Answer | { refusal: AgentError }> {
  try {
    return await ask(model, request)
  } catch (refusal) {
    expect(isAgentError(refusal), `it failed with a plain ${describeError(refusal)}`)
    return { refusal }
  }
}

/** Codes by which a model says that it cannot do what was asked. */
export function isRefusal({ code }: AgentError): boolean {
  return code === 'unsupported' || code.startsWith('invalid-')
}

export async function expectCode(code: string, action: () => unknown): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (error instanceof CheckFailure) throw error
    expect(isAgentError(error, code), `it failed with ${describeError(error)} instead of AgentError ${code}`)
    return
  }
  throw new CheckFailure(`it did not fail with AgentError ${code}`)
}

export function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new CheckFailure(otherwise)
}

/** Waits for something that should be done at once. */
export async function promptly<Value>(promptMs: number, what: string, work: PromiseLike<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CheckFailure(`${what} took longer than ${promptMs} ms`)), promptMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits until something holds that should hold soon. */
export async function soon(promptMs: number, otherwise: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + promptMs
  while (!holds()) {
    expect(Date.now() < end, otherwise)
    await pause(10)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export function textOf(message: AssistantMessage | undefined): string {
  return (message?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}

export function callsOf({ content }: AssistantMessage): readonly ToolCallPart[] {
  return content.filter((part) => part.type === 'tool-call')
}

/** The request with one user message in place of its conversation. */
export function saying(request: ModelRequest, text: string): ModelRequest {
  return { ...request, messages: [userMessage(text)] }
}

/** The request with more messages at its end. */
export function followedBy(request: ModelRequest, ...messages: readonly Message[]): ModelRequest {
  return { ...request, messages: [...request.messages, ...messages] }
}

export function userMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] }
}

/** One message with a result for each call. */
export function resultsFor(
  message: AssistantMessage,
  content: readonly ToolResultContent[] = [{ type: 'text', text: 'ping' }],
  isError = false,
): ToolMessage {
  return {
    role: 'tool',
    content: callsOf(message).map(({ id }) => ({ type: 'tool-result', id, content, ...(isError && { isError }) })),
  }
}

/** Structural equality of JSON values; a member that is `undefined` is not the same as none, which is the point. */
export function same(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => same((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]))
}

export function throughJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value
}
