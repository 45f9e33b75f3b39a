import type { AgentEvent, ErrorCode, JsonValue, PendingCall, ToolCallPart, ToolMessage, ToolResultPart } from '@x/types'
import type { PartOrigin, UIMessageChunk } from './ui-chunk.js'
import { toolErrorTextOf } from './ui-error-text.js'
import { knownCalls } from './ui-known-calls.js'
import { toOutput } from './ui-parts.js'
import type { UIStreamOptions } from './ui-stream-options.js'

type EventOf<Type extends AgentEvent['type']> = Extract<AgentEvent, { type: Type }>

/** A call as the client knows it. */
interface ShownCall {
  /** The call's id, or where that has been used in this message before, one made from it. */
  readonly toolCallId: string
  readonly name: string
  /** The model asked for it in this stream; otherwise it was shown by an earlier one. */
  readonly isNew: boolean
  hasInput: boolean
  result?: ToolResultPart
}

/** The tool parts of one UI message. */
export class ToolParts {
  readonly #options: UIStreamOptions
  /** By the ids of the calls from the outermost agent's to this one. */
  readonly #shown = new Map<string, ShownCall>()
  readonly #usedIds = new Set<string>()

  constructor(options: UIStreamOptions) {
    this.#options = options
    for (const { toolCallId, toolName, path } of knownCalls(options.originalMessages)) {
      this.#usedIds.add(toolCallId)
      this.#shown.set(keyOf(path), { toolCallId, name: toolName, isNew: false, hasInput: true })
    }
  }

  idOf(callId: string): string {
    return this.#shown.get(callId)?.toolCallId ?? callId
  }

  *open(callId: string, name: string): Generator<UIMessageChunk> {
    const { toolCallId } = this.#add([callId], name)
    yield { type: 'tool-input-start', toolCallId, toolName: name }
  }

  delta(callId: string, inputTextDelta: string): UIMessageChunk {
    return { type: 'tool-input-delta', toolCallId: this.idOf(callId), inputTextDelta }
  }

  /** The input of an opened call, as it stands in the message that the loop goes on with. */
  *input({ id, name, input, malformedInput }: ToolCallPart, messageId: string | undefined): Generator<UIMessageChunk> {
    const call = this.#shown.get(id)
    if (!call) return
    call.hasInput = true
    const { toolCallId } = call
    const providerMetadata = originOf([id], messageId)
    if (malformedInput === undefined) {
      yield { type: 'tool-input-available', toolCallId, toolName: name, input, providerMetadata }
      return
    }
    const errorText = toolErrorTextOf('malformed-tool-call')
    yield { type: 'tool-input-error', toolCallId, toolName: name, input: malformedInput, errorText, providerMetadata }
  }

  /** The call of an attempt that no longer counts. */
  *discard(callId: string): Generator<UIMessageChunk> {
    const call = this.#shown.get(callId)
    this.#shown.delete(callId)
    if (call) yield { type: 'tool-output-error', toolCallId: call.toolCallId, errorText: 'Taken back.' }
  }

  /** A call that nobody has shown before is one of an earlier stream that this one goes on from. */
  *start({ callId, name, input }: EventOf<'tool-start'>): Generator<UIMessageChunk> {
    const known = this.#shown.get(callId)
    if (known && (!known.isNew || known.hasInput)) return
    const { toolCallId } = known ?? this.#add([callId], name, { isNew: false })
    yield { type: 'tool-input-available', toolCallId, toolName: name, input, providerMetadata: originOf([callId]) }
  }

  *progress({ callId, progress }: EventOf<'tool-progress'>): Generator<UIMessageChunk> {
    const { toolCallId, name } = this.#shown.get(callId) ?? { toolCallId: callId, name: '' }
    yield { type: 'data-tool-progress', id: toolCallId, data: { toolCallId, toolName: name, progress } }
  }

  /** `path`: of the call that ended, from the outside in. */
  *end(path: readonly string[], { outcome }: EventOf<'tool-end'>): Generator<UIMessageChunk> {
    if (outcome.type === 'result') yield* this.#result(path, outcome.result, outcome.errorCode)
  }

  /** Results that no `tool-end` told, or that a layer has changed since. */
  *results({ content }: ToolMessage): Generator<UIMessageChunk> {
    for (const part of content) if (part.type === 'tool-result') yield* this.#result([part.id], part)
  }

  /** The calls that wait, those of sub-agents in a step of their own, as the sub-agent's own call waits with them. */
  *pending(pending: readonly PendingCall[]): Generator<UIMessageChunk> {
    const waiting = flatten(pending)
    for (const { path, call } of waiting.filter(({ path }) => path.length === 1)) yield* this.#ask(path, call)
    const nested = waiting.filter(({ path }) => path.length > 1)
    if (nested.length === 0) return
    yield { type: 'finish-step' }
    yield { type: 'start-step' }
    for (const { path, call } of nested) {
      const { toolCallId } = this.#shown.get(keyOf(path)) ?? this.#add(path, call.name)
      const { name: toolName, input } = call
      const providerMetadata = originOf(path)
      yield { type: 'tool-input-available', toolCallId, toolName, input, dynamic: true, providerMetadata }
      yield* this.#ask(path, call)
    }
  }

  *#ask(path: readonly string[], { name, input, reason, state }: PendingCall): Generator<UIMessageChunk> {
    let call = this.#shown.get(keyOf(path))
    if (!call) {
      call = this.#add(path, name)
      const { toolCallId } = call
      yield { type: 'tool-input-available', toolCallId, toolName: name, input, providerMetadata: originOf(path) }
    }
    const { toolCallId } = call
    // The protocol hands this id back with the answer, so it is where a token can travel.
    const approvalId = tokenOf(state) ?? toolCallId
    yield { type: 'tool-approval-request', approvalId, toolCallId }
    yield { type: 'data-approval', id: approvalId, data: { approvalId, toolCallId, toolName: name, reason } }
  }

  *#result(path: readonly string[], result: ToolResultPart, code?: ErrorCode): Generator<UIMessageChunk> {
    const call = this.#shown.get(keyOf(path))
    if (!call || isSame(call.result, result)) return
    call.result = result
    const { toolCallId, name } = call
    if (!result.isError) yield { type: 'tool-output-available', toolCallId, output: toOutput(result.content) }
    else if (code === 'not-approved' && !call.isNew) yield { type: 'tool-output-denied', toolCallId }
    else yield { type: 'tool-output-error', toolCallId, errorText: this.#errorText(name, result, code) }
  }

  #errorText(name: string, result: ToolResultPart, code: ErrorCode | undefined): string {
    const { onToolError } = this.#options
    return onToolError ? onToolError({ name, result, ...(code !== undefined && { code }) }) : toolErrorTextOf(code)
  }

  #add(path: readonly string[], name: string, { isNew = true } = {}): ShownCall {
    const callId = path.join('/')
    let toolCallId = callId
    for (let count = 2; this.#usedIds.has(toolCallId); count++) toolCallId = `${callId}~${count}`
    this.#usedIds.add(toolCallId)
    const call = { toolCallId, name, isNew, hasInput: false }
    this.#shown.set(keyOf(path), call)
    return call
  }
}

function keyOf(path: readonly string[]): string {
  return path.length === 1 ? (path[0] ?? '') : `\0${JSON.stringify(path)}`
}

function originOf(path: readonly string[], messageId?: string): PartOrigin {
  return { x: { path: [...path], ...(messageId !== undefined && { messageId }) } }
}

/** The calls that wait for a person: of a sub-agent that waits, those that it waits for. */
function flatten(
  pending: readonly PendingCall[],
  above: readonly string[] = [],
): { path: readonly string[]; call: PendingCall }[] {
  return pending.flatMap((call) => {
    const path = [...above, call.callId]
    const inner = pendingOf(call.state)
    return inner.length > 0 ? flatten(inner, path) : [{ path, call }]
  })
}

/** The pending calls in the state that a sub-agent left: its own suspended result. */
export function pendingOf(state: JsonValue | undefined): readonly PendingCall[] {
  if (typeof state !== 'object' || state === null || !('pending' in state)) return []
  return Array.isArray(state.pending) ? (state.pending as unknown as readonly PendingCall[]) : []
}

export function tokenOf(state: JsonValue | undefined): string | undefined {
  if (typeof state !== 'object' || state === null || !('token' in state)) return undefined
  return typeof state.token === 'string' ? state.token : undefined
}

function isSame(left: ToolResultPart | undefined, right: ToolResultPart): boolean {
  return left !== undefined && (left === right || JSON.stringify(left) === JSON.stringify(right))
}
