import type { Message, Middleware, ToolCall, ToolOutcome, TurnResult } from '@x/types'
import { isAgentError } from '@x/types'
import { linkSignals } from './link-signal.js'
import type { Prompt } from './to-messages.js'
import { toMessages } from './to-messages.js'
import { unansweredCalls } from './tool-calls.js'

/** A layer that takes words while a run works. One of it serves one conversation. */
export interface Steering extends Middleware {
  /** Delivered before the next model step; if there is none, the run goes on with it instead of ending. */
  steer(prompt: Prompt): void
  /** Delivered when the run would end as `done`, one at a time, each with an answer of its own. */
  followUp(prompt: Prompt): void
  /**
   * Ends one tool call, not the run; the model reads that it was cancelled.
   * @returns whether such a call was at work
   */
  cancelTool(callId: string, reason?: string): boolean
  /** What has not been delivered yet. */
  readonly queued: { readonly steer: readonly Message[]; readonly followUp: readonly Message[] }
}

/** Lets a person talk to an agent while it works: `use: [desk]`, then `desk.steer('…')` from anywhere. */
export function steering(): Steering {
  let steer: readonly Message[] = []
  let followUps: readonly (readonly Message[])[] = []
  const cancels = new Map<string, (reason: string) => void>()
  return {
    name: 'steering',
    steer(prompt) {
      steer = [...steer, ...toMessages(prompt)]
    },
    followUp(prompt) {
      followUps = [...followUps, toMessages(prompt)]
    },
    cancelTool(callId, reason = 'A person cancelled it.') {
      cancels.get(callId)?.(reason)
      return cancels.has(callId)
    },
    get queued() {
      return { steer, followUp: followUps.flat() }
    },

    async *turn(call, next) {
      // A conversation that ends in calls is not spoken to before they are answered.
      const { calls } = unansweredCalls(call.messages)
      const isOpen = call.messages.at(-1)?.role !== 'assistant' && calls.length === 0
      const said = isOpen ? steer : []
      if (isOpen) steer = []
      const result = yield* next(said.length > 0 ? { ...call, messages: follow(call.messages, said) } : call)
      if (!wouldEnd(result)) return result
      const [first, ...rest] = steer.length > 0 ? [steer, ...followUps] : followUps
      if (!first) return result
      steer = []
      followUps = rest
      const { status: _done, ...kept } = result
      return { ...kept, messages: follow(result.messages, first) }
    },

    async *tool(call, next) {
      const { controller, unlink } = linkSignals(call.run.signal)
      let cancelled: string | undefined
      cancels.set(call.call.id, (reason) => {
        cancelled ??= reason
        controller.abort()
      })
      try {
        return yield* next({ ...call, run: { ...call.run, signal: controller.signal } })
      } catch (error) {
        if (cancelled === undefined || call.run.signal.aborted) throw error
        // A sub-agent has spent what it has spent.
        const usage = isAgentError(error) ? error.partial?.usage : undefined
        const outcome = { ...cancelledOutcome(call, cancelled), ...(usage && { usage }) }
        yield { type: 'tool-end', callId: call.call.id, name: call.call.name, outcome }
        return outcome
      } finally {
        cancels.delete(call.call.id)
        unlink()
      }
    },
  }
}

function wouldEnd({ status, pending, messages }: TurnResult): boolean {
  if (pending.length > 0) return false
  return status === 'done' || (status === undefined && messages.at(-1)?.role === 'assistant')
}

/**
 * What comes from outside gets an id that cannot come again. One of the chain it joins would be that of an answer in a
 * run that is repeated without these words, and a journal would then give the answer to another question.
 */
function follow(messages: readonly Message[], added: readonly Message[]): readonly Message[] {
  return [...messages, ...added.map((message) => ({ ...message, id: message.id ?? crypto.randomUUID() }))]
}

function cancelledOutcome({ call }: ToolCall, reason: string): ToolOutcome {
  const content = [{ type: 'text', text: `${call.name} was cancelled. ${reason}` } as const]
  return { type: 'result', result: { type: 'tool-result', id: call.id, content, isError: true }, errorCode: 'aborted' }
}
