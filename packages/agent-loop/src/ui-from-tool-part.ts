import type { JsonValue, ToolCallPart, ToolResultContent, ToolResultPart } from '@x/types'
import { AgentError } from '@x/types'
import type { ToolPart } from './ui-known-calls.js'
import { originOf, pathOf, toolNameOf } from './ui-known-calls.js'

/** A call as the browser has it. */
export interface OpenCall {
  readonly part: ToolCallPart
  /** Ids of the calls from the outermost agent's to this one. */
  readonly path: readonly string[]
  /** Of the message that holds the call. */
  readonly messageId?: string
  readonly result?: ToolResultPart
  /** What a person said, if somebody was asked. */
  readonly approval?: { readonly token?: string; readonly approved?: boolean; readonly reason?: string }
}

/** @throws AgentError `invalid-messages` for a state that does not exist, or members that are not whole */
export function fromToolPart(part: ToolPart): OpenCall {
  const path = pathOf(part)
  const { messageId } = originOf(part.callProviderMetadata)
  const name = toolNameOf(part)
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) throw refused('has no name of a tool')
  const id = path.at(-1) ?? part.toolCallId
  const call: ToolCallPart = { type: 'tool-call', id, name, input: (part.input ?? {}) as JsonValue }
  const known = { path, ...(typeof messageId === 'string' && { messageId }) }
  switch (part.state) {
    case 'output-available':
      // What a tool told while it worked is not its result.
      if (part.preliminary === true) return { ...known, part: call }
      return { ...known, part: call, result: { type: 'tool-result', id, content: fromOutput(part.output) } }
    case 'output-error': {
      const malformed = typeof part.rawInput === 'string' ? { malformedInput: part.rawInput } : {}
      return { ...known, part: { ...call, ...malformed }, result: failed(id, part.errorText) }
    }
    case 'output-denied':
      return { ...known, part: call, result: failed(id, `${name} was not run. A person refused it.`) }
    case 'input-available':
      return { ...known, part: call }
    case 'approval-requested':
    case 'approval-responded':
      return { ...known, part: call, approval: fromApproval(part) }
    default:
      throw refused('is in no known state')
  }
}

/** The id of the request is the token, unless there was none. */
function fromApproval({ approval, toolCallId, state }: ToolPart): NonNullable<OpenCall['approval']> {
  if (typeof approval !== 'object' || approval === null) throw refused('has no approval')
  const { id, approved, reason } = approval as { id?: unknown; approved?: unknown; reason?: unknown }
  if (typeof id !== 'string') throw refused('has no approval')
  if (state === 'approval-responded' && typeof approved !== 'boolean') throw refused('has no answer')
  return {
    ...(id !== toolCallId && { token: id }),
    ...(state === 'approval-responded' && { approved: approved === true }),
    ...(typeof reason === 'string' && { reason }),
  }
}

function fromOutput(output: unknown): readonly ToolResultContent[] {
  if (output === undefined) return [{ type: 'text', text: '(no output)' }]
  if (typeof output === 'string') return [{ type: 'text', text: output }]
  if (Array.isArray(output) && output.length > 0 && output.every(isContent)) return output
  return [{ type: 'json', value: output as JsonValue }]
}

/** Only kinds that say what they are: a `provider` part would reach the wire as the browser wrote it. */
function isContent(item: unknown): item is ToolResultContent {
  if (typeof item !== 'object' || item === null || !('type' in item)) return false
  if (item.type === 'text') return 'text' in item && typeof item.text === 'string'
  if (item.type === 'json') return 'value' in item
  return item.type === 'image' && 'source' in item && isInline(item.source)
}

function isInline(source: unknown): boolean {
  if (typeof source !== 'object' || source === null || !('type' in source) || !('base64' in source)) return false
  return source.type === 'base64' && typeof source.base64 === 'string'
}

function failed(id: string, text: unknown): ToolResultPart {
  if (typeof text !== 'string') throw refused('has no error text')
  return { type: 'tool-result', id, content: [{ type: 'text', text }], isError: true }
}

function refused(why: string): AgentError {
  return new AgentError('invalid-messages', `A tool part ${why}.`)
}
