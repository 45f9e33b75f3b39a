import type { Answers, AssistantMessage, Message, PendingCall, RunInput, Usage } from '@x/types'
import { AgentError, addUsage, isAgentError, noUsage } from '@x/types'
import { withIds } from './message-ids.js'
import { closePassedCalls, notRun, unansweredCalls } from './tool-calls.js'

/**
 * What a run knows at any moment, so that it can be left at any moment: `messages` is always a conversation that the
 * next request may start from.
 */
export class RunMemory {
  messages: readonly Message[]
  usage: Usage = noUsage
  turns = 0
  pending: readonly PendingCall[]
  partial: AssistantMessage | undefined
  #answers: Answers
  readonly #booked = new WeakSet<AgentError>()

  constructor(messages: readonly Message[], pending: readonly PendingCall[] = [], answers: Answers = {}) {
    this.messages = messages
    this.pending = pending
    this.#answers = answers
  }

  /** The answers and states for the calls that wait; they are given out once, as call ids may repeat later. */
  take(): { answers: Answers; pending: readonly PendingCall[] } {
    const taken = { answers: this.#answers, pending: this.pending }
    this.#answers = {}
    this.pending = []
    return taken
  }

  spend(usage: Usage | undefined): void {
    if (usage) this.usage = addUsage(this.usage, usage)
  }

  /** Books what a failed step spent, once, however many layers the error passes. */
  spendOn<Failure>(error: Failure): Failure {
    if (isAgentError(error) && !this.#booked.has(error)) {
      this.#booked.add(error)
      this.spend(error.partial?.usage)
    }
    return error
  }

  /** Answers the calls that a run leaves behind when it does not end by itself, those that wait among them. */
  close(): void {
    const { message, calls } = unansweredCalls(this.messages)
    if (message && calls.length > 0) this.messages = [...this.messages, notRun(message, calls, 'aborted')]
    this.pending = []
  }
}

/**
 * The conversation a run starts from: ids filled in, calls that the conversation went past answered.
 * @throws AgentError `invalid-messages`
 */
export function toMemory(input: RunInput, runId: string): RunMemory {
  const { messages, pending, answers } = isMessages(input) ? { messages: input } : input
  if (messages.length === 0) {
    throw new AgentError('invalid-messages', 'A run needs at least one message to start from.')
  }
  const whole = closePassedCalls(withIds(messages, runId))
  const waiting = new Set(unansweredCalls(whole).calls.map(({ id }) => id))
  const stray = Object.keys(answers ?? {}).find((callId) => !waiting.has(callId))
  if (stray !== undefined) {
    throw new AgentError('invalid-messages', `No pending call has the id "${stray}" that an answer was given for.`, {
      hint: waiting.size > 0 ? `Waiting: ${[...waiting].join(', ')}.` : 'No call waits for an answer.',
    })
  }
  return new RunMemory(whole, pending, answers)
}

function isMessages(input: RunInput): input is readonly Message[] {
  return Array.isArray(input)
}
