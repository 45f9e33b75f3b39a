import type { JsonValue, Message, Middleware, RunContext, ToolCallPart, ToolResultPart } from '@x/types'
import { AgentError, layerOrder } from '@x/types'
import { canonicalJson } from './canonical-json.js'

export interface LoopGuardOptions {
  /** So often may the same calls come with the same results before the next one is refused. Default 3. */
  readonly repeats?: number
  /** Longest round of calls that is recognised as going in circles (A B A B is 2). Default 3. */
  readonly maxPeriod?: number
  /** After so many turns with refusals the run ends as `limit`. Default 2. */
  readonly refusals?: number
  /** So many failed tool results one after another, and the run ends as `limit`. Default 6. */
  readonly failures?: number
}

/**
 * Notices a run that goes in circles: the same calls with the same input **and** the same results, alone or as a round.
 * A tool whose results change (one that waits for something) makes progress and is left alone. The repeated call is
 * refused with a text that tells the model to try otherwise; if it goes on, the run ends as `limit`.
 */
export function loopGuard(options: LoopGuardOptions = {}): Middleware {
  const { repeats = 3, maxPeriod = 3, refusals = 2, failures = 6 } = options
  const stateOf = ({ state }: RunContext): GuardState => {
    const known = state.get(layer) as GuardState | undefined
    const current = known ?? { turn: 0, repeated: new Set(), refusedIn: new Set() }
    if (!known) state.set(layer, current)
    return current
  }
  const layer: Middleware = {
    name: 'loop-guard',
    order: layerOrder.user,
    inherited: 'unless-replaced',
    async *turn(call, next) {
      const state = stateOf(call.run)
      const turns = toTurns(call.messages, repeats * maxPeriod)
      const isStillAtIt = turns.at(-1)?.calls.every((text) => state.repeated.has(text)) ?? false
      // A refused call is refused until something else was done: then it may bring another result.
      state.repeated = isStillAtIt ? state.repeated : circlingCalls(turns, repeats, maxPeriod)
      state.turn = call.turn
      const result = yield* next(call)
      const isStuck = state.refusedIn.size >= refusals || failuresInARow(result.messages) >= failures
      return isStuck && result.pending.length === 0 && !result.status ? { ...result, status: 'limit' } : result
    },
    async *tool(call, next) {
      const state = stateOf(call.run)
      if (!call.tool || !state.repeated.has(callText(call.call))) return yield* next(call)
      state.refusedIn.add(state.turn)
      const text = `${call.call.name} was not run: the same call has brought the same result ${repeats} times. Do something else, or answer with what you have.`
      const { step: _step, ...tool } = call.tool
      const execute = () => {
        throw new AgentError('loop', text)
      }
      return yield* next({ ...call, tool: { ...tool, needsApproval: false, execute } })
    },
  }
  return layer
}

interface GuardState {
  turn: number
  repeated: ReadonlySet<string>
  /** Turns. Several refusals in one of them are one for the model, which reads them together. */
  readonly refusedIn: Set<number>
}

/** The calls that would go round once more. */
function circlingCalls(turns: readonly Turn[], repeats: number, maxPeriod: number): ReadonlySet<string> {
  for (let period = 1; period <= maxPeriod; period++) {
    const last = turns.slice(-period * repeats)
    if (last.length < period * repeats) break
    if (last.every(({ text }, index) => text === last[index % period]?.text)) {
      return new Set(last.slice(0, period).flatMap(({ calls }) => calls))
    }
  }
  return new Set()
}

interface Turn {
  readonly calls: readonly string[]
  /** Calls and results as one text. */
  readonly text: string
}

/** The last turns with calls, up to the last word of the user: what came before that was another question. */
function toTurns(messages: readonly Message[], count: number): readonly Turn[] {
  const turns: Turn[] = []
  const results = new Map<string, ToolResultPart>()
  for (let index = messages.length - 1; index >= 0 && turns.length < count; index--) {
    const message = messages[index] as Message
    if (message.role === 'user') break
    if (message.role === 'tool') {
      for (const part of message.content) if (part.type === 'tool-result') results.set(part.id, part)
      continue
    }
    const calls = message.content.filter((part): part is ToolCallPart => part.type === 'tool-call')
    const seen = calls.map((call) => [callText(call), resultText(results.get(call.id))].join('\n')).sort()
    turns.unshift({ calls: calls.map(callText), text: seen.join('\n\n') })
    results.clear()
  }
  return turns
}

function callText({ name, input }: ToolCallPart): string {
  return `${name} ${canonicalJson(input)}`
}

function resultText(result: ToolResultPart | undefined): string {
  return result ? canonicalJson([result.isError ?? false, result.content as unknown as JsonValue]) : ''
}

function failuresInARow(messages: readonly Message[]): number {
  let count = 0
  for (const { role, content } of [...messages].reverse()) {
    if (role === 'user') break
    for (const part of [...content].reverse()) {
      if (part.type !== 'tool-result') continue
      if (!part.isError) return count
      count += 1
    }
  }
  return count
}
