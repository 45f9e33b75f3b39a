import { AgentError } from './error.js'
import type { JsonValue } from './json.js'
import type { AssistantMessage, AssistantPart, Citation, ToolCallPart } from './message.js'
import type { ModelEnd, ModelEvent, ModelResult, StopReason } from './model.js'

/** Folds one model call's events into its message. */
export interface EventFold {
  /** @throws AgentError `invalid-stream` when the event may not stand here. */
  push(event: ModelEvent): void
  /** The answer so far, its open part included; `undefined` before the first part. */
  partial(): AssistantMessage | undefined
  /** @throws AgentError `stream-truncated`, with `partial`, when no `model-end` has come. */
  result(): ModelResult
}

type OpenPart =
  | { readonly type: 'text'; text: string; citations?: Citation[] }
  | { readonly type: 'reasoning'; text?: string; signature?: string; redacted?: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; inputText: string }

/** The meaning of model events. `model` says who answers; it ends up in the message. */
export function foldEvents(model: { readonly provider: string; readonly modelId: string }): EventFold {
  const { provider, modelId } = model
  const parts: AssistantPart[] = []
  let open: OpenPart | undefined
  let outputRedaction: string | undefined
  let inputRedaction: string | undefined
  let end: ModelEnd | undefined

  const misplaced = ({ type }: ModelEvent) => {
    const place = end ? 'after model-end' : open ? `inside a ${open.type} part` : 'with no part open'
    return new AgentError('invalid-stream', `The model's events are out of order: ${type} came ${place}.`, {
      hint: 'This is a defect of the provider; `checkModel` shows it.',
    })
  }

  const opened = <Type extends OpenPart['type']>(event: ModelEvent, fresh: Extract<OpenPart, { type: Type }>) => {
    open ??= fresh
    if (open.type !== fresh.type) throw misplaced(event)
    return open as Extract<OpenPart, { type: Type }>
  }

  const content = (): AssistantPart[] => {
    if (outputRedaction !== undefined) return [{ type: 'text', text: outputRedaction }]
    const last = open && closePart(open)
    return last ? [...parts, last] : parts
  }

  return {
    push(event) {
      if (end) throw misplaced(event)
      switch (event.type) {
        case 'text-delta':
          // Nearly every event is one of these, so it allocates nothing.
          if (open?.type === 'text') open.text += event.text
          else opened<'text'>(event, { type: 'text', text: '' }).text += event.text
          break
        case 'citation-delta': {
          const part = opened<'text'>(event, { type: 'text', text: '' })
          part.citations ??= []
          part.citations.push(event.citation)
          break
        }
        case 'reasoning-delta': {
          const part = opened<'reasoning'>(event, { type: 'reasoning' })
          for (const key of ['text', 'signature', 'redacted'] as const) {
            if (event[key] !== undefined) part[key] = (part[key] ?? '') + event[key]
          }
          break
        }
        case 'tool-call-start':
          if (open) throw misplaced(event)
          open = { type: 'tool-call', id: event.id, name: event.name, inputText: '' }
          break
        case 'tool-call-delta':
          if (open?.type !== 'tool-call') throw misplaced(event)
          open.inputText += event.inputText
          break
        case 'part':
          if (open) throw misplaced(event)
          parts.push(event.part)
          break
        case 'part-end': {
          if (!open) throw misplaced(event)
          const part = closePart(open)
          if (part) parts.push(part)
          open = undefined
          break
        }
        case 'redaction':
          if (event.side === 'output') outputRedaction = event.text
          else inputRedaction = event.text
          break
        case 'model-end':
          if (open) throw misplaced(event)
          end = event
      }
    },

    partial() {
      const parts = content()
      return parts.length > 0 ? { role: 'assistant', content: [...parts], model: { provider, modelId } } : undefined
    },

    result() {
      if (!end) {
        const message = this.partial()
        throw new AgentError('stream-truncated', `The answer of ${modelId} ended before it was complete.`, {
          retryable: true,
          ...(message && { partial: { message } }),
        })
      }
      const { type: _type, ...rest } = end
      const parts = content()
      const stopReason = settleStopReason(end.stopReason, parts)
      return {
        ...rest,
        stopReason,
        message: { role: 'assistant', content: parts, model: { provider, modelId }, usage: end.usage, stopReason },
        ...(inputRedaction !== undefined && { inputRedaction }),
      }
    },
  }
}

/**
 * Decides the stop reason from the assembled parts: models are known to say `end_turn` beside a whole tool call (and
 * `tool_use` without one), which would leave a call unanswered or wait for one that never came.
 */
export function settleStopReason(reason: StopReason, parts: readonly AssistantPart[]): StopReason {
  const hasCall = parts.some((part) => part.type === 'tool-call')
  if (hasCall && (reason === 'end' || reason === 'stop-sequence')) return 'tool-use'
  if (!hasCall && reason === 'tool-use') return 'end'
  return reason
}

/** The arguments of a call from their JSON text; no text at all means no arguments. */
export function parseToolInput(inputText: string): Pick<ToolCallPart, 'input' | 'malformedInput'> {
  if (inputText.trim() === '') return { input: {} }
  try {
    return { input: JSON.parse(inputText) as JsonValue }
  } catch {
    return { input: {}, malformedInput: inputText }
  }
}

/** Empty text and reasoning say nothing and cannot be sent back, so they are left out. */
function closePart(part: OpenPart): AssistantPart | undefined {
  if (part.type === 'tool-call') {
    return { type: 'tool-call', id: part.id, name: part.name, ...parseToolInput(part.inputText) }
  }
  if (part.type === 'text') return part.text === '' && !part.citations ? undefined : { ...part }
  return part.text || part.signature || part.redacted ? { ...part } : undefined
}
