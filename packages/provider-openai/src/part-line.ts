import type { Citation, ModelEvent } from '@x/types'
import { AgentError } from '@x/types'
import type { JsonEnd } from './json-end.js'
import { jsonEnd } from './json-end.js'
import type { WireToolCall } from './wire.js'

/** Serialises what a stream mixes: text, thoughts and tool calls whose deltas may interleave. */
export interface PartLine {
  text(text: string): void
  reasoning(text: string): void
  citation(citation: Citation): void
  /** `answerId` makes ids for calls that come without. */
  toolCall(delta: WireToolCall, answerId: string): void
  /** The events that may go out now, in order; each once. */
  take(): readonly ModelEvent[]
  /** Closes what is open, as no more will come. @throws AgentError `model-failed` for a call of no tool. */
  end(): void
}

interface Slot {
  readonly kind: 'text' | 'reasoning' | 'tool-call'
  /** Events that wait for the parts before this one. */
  readonly held: ModelEvent[]
  closed: boolean
}

interface CallSlot extends Slot {
  readonly kind: 'tool-call'
  /** The server's own; empty if it gave none. */
  wireId: string
  /** Its start has been told: name and id are known. */
  started: boolean
  inputText: string
  readonly end: JsonEnd
  /** What of the text `end` has not seen yet. */
  unseen: string
}

/**
 * The wire never says that a part is over. Text and thoughts are once something else begins; a call is when its
 * arguments are whole and something else has begun, or the answer ends. Until then later parts wait in line.
 */
export function partLine(): PartLine {
  let out: ModelEvent[] = []
  // The first one flows.
  const line: Slot[] = []
  const calls: CallSlot[] = []
  const callByIndex = new Map<number, CallSlot>()
  const ids = new Set<string>()

  const emit = (slot: Slot, event: ModelEvent) => (slot === line[0] ? out : slot.held).push(event)

  const close = (slot: Slot) => {
    if (slot.kind === 'tool-call' && !(slot as CallSlot).started) throw namelessCall()
    emit(slot, { type: 'part-end' })
    slot.closed = true
    while (line[0]?.closed) {
      line.shift()
      out = [...out, ...(line[0]?.held.splice(0) ?? [])]
    }
  }

  const open = <Fresh extends Slot>(slot: Fresh): Fresh => {
    for (const earlier of [...line]) {
      if (!earlier.closed && (earlier.kind !== 'tool-call' || isWhole(earlier as CallSlot))) close(earlier)
    }
    line.push(slot)
    return slot
  }

  const lastOf = (kind: 'text' | 'reasoning'): Slot => {
    const last = line.at(-1)
    return last?.kind === kind && !last.closed ? last : open<Slot>({ kind, held: [], closed: false })
  }

  const start = (call: CallSlot, name: string, answerId: string) => {
    call.started = true
    const id = takeId(call.wireId || `${answerId || 'call'}-${calls.indexOf(call)}`, ids)
    emit(call, { type: 'tool-call-start', id, name })
    if (call.inputText !== '') emit(call, { type: 'tool-call-delta', inputText: call.inputText })
  }

  return {
    text: (text) => emit(lastOf('text'), { type: 'text-delta', text }),
    reasoning: (text) => emit(lastOf('reasoning'), { type: 'reasoning-delta', text }),
    citation: (citation) => emit(lastOf('text'), { type: 'citation-delta', citation }),
    toolCall(delta, answerId) {
      const name = delta.function?.name ?? ''
      const inputText = toInputText(delta.function?.arguments)
      const index = delta.index ?? undefined
      const known = findCall(delta, index === undefined ? calls : [callByIndex.get(index)])
      // Some servers say the whole call once more at the end.
      if (known && name && isRepeated(delta.id, inputText, known)) return
      const continues = known && !beginsAnother(delta, known)
      const call = continues ? known : open<CallSlot>(newCall(delta.id ?? ''))
      if (!continues) {
        calls.push(call)
        if (index !== undefined) callByIndex.set(index, call)
      }
      if (call.closed) return checkBlank(inputText)
      append(call, inputText)
      if (!call.started) {
        if (name !== '') start(call, name, answerId)
      } else if (inputText !== '') emit(call, { type: 'tool-call-delta', inputText })
      if (line.length > 1 && call === line[0] && isWhole(call)) close(call)
    },
    take() {
      const taken = out
      if (taken.length > 0) out = []
      return taken
    },
    end() {
      for (const slot of [...line]) if (!slot.closed) close(slot)
    },
  }
}

/** By its index; without one by its id; without both it is the last call that goes on. */
function findCall({ index, id }: WireToolCall, calls: readonly (CallSlot | undefined)[]): CallSlot | undefined {
  if ((index ?? undefined) !== undefined || !id) return calls.at(-1)
  return calls.find((call) => call?.wireId === id) ?? undefined
}

/** Some servers give all calls the same index, or none, and one after the other whole. */
function beginsAnother({ id, index, function: called }: WireToolCall, known: CallSlot): boolean {
  const looksDifferent = id ? id !== known.wireId : (index ?? undefined) === undefined
  return looksDifferent && !!called?.name && isWhole(known)
}

/** Two calls of one answer never share an id. */
function takeId(wanted: string, ids: Set<string>): string {
  let id = wanted
  for (let copy = 2; ids.has(id); copy++) id = `${wanted}-${copy}`
  ids.add(id)
  return id
}

function isRepeated(id: WireToolCall['id'], inputText: string, known: CallSlot): boolean {
  return !!id && id === known.wireId && inputText === known.inputText && isWhole(known)
}

function newCall(wireId: string): CallSlot {
  const end = jsonEnd()
  return { kind: 'tool-call', held: [], closed: false, wireId, started: false, inputText: '', end, unseen: '' }
}

function append(call: CallSlot, inputText: string): void {
  call.inputText += inputText
  call.unseen += inputText
}

function isWhole(call: CallSlot): boolean {
  call.end.push(call.unseen)
  call.unseen = ''
  return call.end.reached && call.started
}

function toInputText(given: unknown): string {
  if (typeof given === 'string') return given
  return given === undefined || given === null ? '' : JSON.stringify(given)
}

function checkBlank(inputText: string): void {
  if (inputText.trim() === '') return
  throw new AgentError('invalid-stream', 'The server went on with a tool call that was whole.')
}

function namelessCall(): AgentError {
  return new AgentError('model-failed', 'The model called a tool without naming it.', { retryable: true })
}
