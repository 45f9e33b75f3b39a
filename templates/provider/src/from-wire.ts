import type { ModelEvent, StopReason } from '@x/types'
import { AgentError } from '@x/types'
import { truncated } from './from-error.js'
import { fromWireError } from './from-response.js'
import type { WireEvent } from './wire.js'

/**
 * The service's lines as model events: parts one after another, each closed by `part-end`, and one `model-end`.
 * @throws AgentError what the service reports; `invalid-stream` for what it may not send; `stream-truncated` when the
 *   lines end before the answer does, which must never be taken for a whole answer
 */
export async function* fromWire(lines: AsyncIterable<string>): AsyncGenerator<ModelEvent, void, void> {
  let open: OpenPart | undefined
  let end: WireEnd | undefined
  for await (const line of lines) {
    // The rest of the body is read as well: only then can the connection serve another call.
    if (end) continue
    const event = parse(line)
    if (event.type === 'error') throw fromWireError(event)
    if (event.type === 'end') {
      end = event
      continue
    }
    const part = event.type === 'arguments' ? 'call' : event.type
    const opens = event.type === 'call' || part !== open
    if (open && opens) yield { type: 'part-end' }
    open = part
    yield fromDelta(event)
  }
  if (!end) throw truncated()
  if (open) yield { type: 'part-end' }
  yield* fromEnd(end)
}

type OpenPart = 'text' | 'thinking' | 'call'
type WireEnd = Extract<WireEvent, { type: 'end' }>
type WireDelta = Exclude<WireEvent, { type: 'error' | 'end' }>

function fromDelta(event: WireDelta): ModelEvent {
  switch (event.type) {
    case 'text':
      return { type: 'text-delta', text: event.text }
    case 'thinking': {
      const { text, signature } = event
      return {
        type: 'reasoning-delta',
        ...(text !== undefined && { text }),
        ...(signature !== undefined && { signature }),
      }
    }
    case 'call':
      return { type: 'tool-call-start', id: event.id, name: event.name }
    case 'arguments':
      return { type: 'tool-call-delta', inputText: event.text }
    default:
      throw new AgentError('invalid-stream', `Acme Cloud sent an event of an unknown type: ${JSON.stringify(event)}`)
  }
}

const stopReasons: Readonly<Record<string, StopReason>> = {
  stop: 'end',
  calls: 'tool-use',
  length: 'length',
  stop_sequence: 'stop-sequence',
  filter: 'filtered',
}

function* fromEnd({ reason, usage }: WireEnd): Generator<ModelEvent, void, void> {
  const stopReason = stopReasons[reason]
  if (!stopReason) yield { type: 'warning', message: `Acme Cloud stopped for an unknown reason: ${reason}.` }
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage
  yield {
    type: 'model-end',
    stopReason: stopReason ?? 'end',
    providerStopReason: reason,
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
  }
}

function parse(line: string): WireEvent {
  try {
    return JSON.parse(line) as WireEvent
  } catch (error) {
    throw new AgentError('invalid-stream', 'Acme Cloud sent a line that is not JSON.', { cause: error })
  }
}
