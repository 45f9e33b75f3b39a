import type {
  AgentEvent,
  Message,
  Middleware,
  RunCall,
  RunResult,
  Step,
  ToolOutcome,
  ToolResultPart,
  Usage,
} from '@x/types'
import { AgentError, addUsage, isAgentError, layerOrder, noUsage } from '@x/types'
import type { SavedConversation } from './agent.js'
import type { Ledger } from './booked-step.js'
import { bookedStep } from './booked-step.js'
import type { MediaStore } from './keep-media.js'
import { keepMedia, restoreMedia } from './keep-media.js'
import type { SessionEntry, SessionStore } from './session-store.js'
import { replayEntries } from './session-store.js'
import { toToolMessage, unansweredCalls } from './tool-calls.js'

export type { MediaStore } from './keep-media.js'
export type { SessionEntry, SessionStore, StoredSession } from './session-store.js'
export { memorySessionStore } from './session-store.js'

export interface SessionOptions {
  /** Where media go that are too large for the store; the store then holds a reference. Default: they stay in it. */
  readonly media?: MediaStore
  /** Base64 characters from which on media go there. Default 65,536. */
  readonly maxInlineLength?: number
}

/** One conversation in a store. */
export interface Session {
  readonly id: string
  /** For `new Agent({ ...config, ...session.saved, use: [session.layer] })`: the conversation as it was when opened. */
  readonly saved: SavedConversation
  /** Writes what is said and done, each message before anybody is shown the next event. */
  readonly layer: Middleware
  /**
   * Whether a run is on record with what was said to start it: one that began and has not ended, as its process died,
   * goes on with `agent.run(undefined, { runId })`.
   */
  hasBegun(runId: string): boolean
  /** How a run ended, when it is on record: a request that comes twice with the same `runId` need not run twice. */
  resultOf(runId: string): RunResult | undefined
}

/**
 * Opens a conversation, a new one if the store has none under this id. Two workers that have opened the same one cannot
 * interleave: the second to write fails with code `conflict`, before its model is asked; open it again and go on.
 *
 * A run with a `runId` that has ended before gives that run's result and asks nobody; what goes on after a suspension is
 * a run with an id of its own.
 * @throws AgentError `conflict` from a run, when somebody else wrote in the meantime; what the store throws
 */
export async function openSession(store: SessionStore, id: string, options: SessionOptions = {}): Promise<Session> {
  const stored = await store.load(id)
  const { messages, pending, usage, unsettled, begun, runs } = replayEntries(stored?.entries ?? [])
  const session = new OpenSession(store, id, options, stored?.version ?? 0)
  const total = unsettled ? addUsage(usage, unsettled) : usage
  const whole = await restoreMedia(messages, options.media)
  const saved = { messages: whole, pending, usage: total }
  session.mirror = saved.messages
  session.unsettled = unsettled
  session.begun = begun
  // A message that was shortened away since keeps its references: nobody goes on from it, and media may be large.
  const restored = new Map(messages.map((message, index) => [message, whole[index] ?? message]))
  for (const run of runs) {
    session.ended.set(run.runId, { ...run, messages: run.messages.map((message) => restored.get(message) ?? message) })
  }
  return {
    ...{ id, saved, layer: session.layer },
    hasBegun: (runId) => session.begun.has(runId),
    resultOf: (runId) => session.resultOf(runId),
  }
}

/** What is written together with messages. */
interface Around {
  readonly before?: readonly SessionEntry[]
  readonly after?: readonly SessionEntry[]
}

class OpenSession implements Ledger {
  readonly ended = new Map<string, RunResult>()
  begun: Set<string> = new Set()
  /** The conversation that the store has. */
  mirror: readonly Message[] = []
  /** What runs have spent that did not come to say so at their end: they were cut off by a crash, or left. */
  unsettled: Usage | undefined
  /** The part of it that the store does not know. */
  #unwritten: Usage | undefined
  readonly #store: SessionStore
  readonly #id: string
  readonly #options: SessionOptions
  readonly #results = new Map<string, ToolResultPart>()
  /** An error of a model that a layer of a tool asked passes here twice. */
  readonly #booked = new WeakSet<AgentError>()
  #isBusy = false
  #version: number

  constructor(store: SessionStore, id: string, options: SessionOptions, version: number) {
    this.#store = store
    this.#id = id
    this.#options = options
    this.#version = version
  }

  resultOf(runId: string): RunResult | undefined {
    return this.ended.get(runId)
  }

  readonly layer: Middleware = {
    name: 'session',
    // Outside of all that changes a run, and of the journal: what a step took counts when it comes from there, too.
    order: layerOrder.journal - 50,
    run: (call, next) => (isDirectCall(call.messages) ? next(call) : this.#oneRun(call, next)),
    model: (call, next) => bookedStep(next(call), this),
    tool: (call, next) => this.#counted(call.call.id, next(call)),
  }

  /** Two runs over one conversation at once would each write over what the other one said. */
  async *#oneRun(call: RunCall, next: Step<RunCall, RunResult>): AsyncGenerator<AgentEvent, RunResult, void> {
    if (this.#isBusy) {
      throw new AgentError('busy', `The session ${this.#id} is in the middle of another run.`, {
        hint: 'Wait for it, or open the session once more; the second of two to write then fails with "conflict".',
        scope: 'run',
      })
    }
    this.#isBusy = true
    try {
      return yield* this.#run(call.run.id, call.messages, () => next(call))
    } finally {
      this.#isBusy = false
    }
  }

  async *#run(
    runId: string,
    messages: readonly Message[],
    start: () => AsyncGenerator<AgentEvent, RunResult, void>,
  ): AsyncGenerator<AgentEvent, RunResult, void> {
    const known = this.resultOf(runId)
    // One that waits goes on under its id, from where it stands, with an answer that is not ours to see.
    if (known && !(known.status === 'suspended' && this.#isAt(messages))) return known
    // The end of this run will not tell of what runs before it left open.
    const { unsettled } = this
    const settled = unsettled ? [{ type: 'usage', usage: unsettled } as const] : []
    await this.#write(messages, { before: [{ type: 'run-start', runId }], after: settled })
    this.begun.add(runId)
    const step = start()
    let left = true
    try {
      for (;;) {
        const { done, value } = await step.next()
        if (done) {
          left = false
          return await this.#end(value)
        }
        if (value.type === 'message') {
          await this.#write([...this.mirror, value.message])
          this.#results.clear()
        }
        if (value.type === 'history') await this.#write(value.messages)
        yield value
      }
    } catch (error) {
      left = false
      if (isAgentError(error) && error.code !== 'conflict') await this.#fail(error.partial?.usage)
      throw error
    } finally {
      await step.return(undefined as never)
      if (left) await this.#leave()
    }
  }

  /**
   * Answers what is open, as the run itself does, with the results that there are; whoever went on from the store would
   * else do it once more. What was spent so far is all that this run will say of it.
   */
  async #leave(): Promise<void> {
    const { message, calls } = unansweredCalls(this.mirror)
    const results = calls.map(({ id }) => this.#results.get(id))
    const closed = message && calls.length > 0 ? [toToolMessage(message, calls, results, 'aborted')] : []
    const after = this.unsettled ? [{ type: 'usage', usage: this.unsettled } as const] : []
    // Nobody is there any more to be told of a store that fails; the next run finds out.
    await this.#write([...this.mirror, ...closed], { after }).catch(() => undefined)
  }

  /** Whether the store has just these messages. */
  #isAt(messages: readonly Message[]): boolean {
    return messages.length === this.mirror.length && this.mirror.every((one, index) => isSame(one, messages[index]))
  }

  async #end(result: RunResult): Promise<RunResult> {
    const { messages, ...end } = result
    await this.#write(messages, { after: [{ type: 'run-end', result: end }] })
    this.ended.set(result.runId, result)
    return result
  }

  /** What a failed run spent is not lost; its messages are in the store already. */
  async #fail(usage: Usage | undefined): Promise<void> {
    if (usage) await this.#append([{ type: 'usage', usage }])
  }

  /** Also keeps the results of the turn under way: a run that is left has nobody to tell them to. */
  async *#counted(
    callId: string,
    step: AsyncGenerator<AgentEvent, ToolOutcome, void>,
  ): AsyncGenerator<AgentEvent, ToolOutcome, void> {
    try {
      const outcome = yield* step
      this.spend(outcome.usage, outcome.type === 'suspended')
      if (outcome.type === 'result') this.#results.set(callId, outcome.result)
      return outcome
    } catch (error) {
      this.spendOn(error)
      throw error
    }
  }

  spendOn(error: unknown): void {
    if (!isAgentError(error) || this.#booked.has(error)) return
    this.#booked.add(error)
    this.spend(error.partial?.usage)
  }

  /**
   * Adds up what a run spends while it has not come to its end.
   * @param isOpen after a crash it is done again, from a journal, and counts then; so it is not written before the end
   */
  spend(usage: Usage | undefined, isOpen = false): void {
    if (!usage) return
    this.unsettled = addUsage(this.unsettled ?? noUsage, usage)
    if (!isOpen) this.#unwritten = addUsage(this.#unwritten ?? noUsage, usage)
  }

  /** Brings the store to `messages`, by what was added at the end if nothing else changed. */
  async #write(messages: readonly Message[], { before = [], after = [] }: Around = {}): Promise<void> {
    const { mirror } = this
    const isLonger = mirror.every((message, index) => isSame(message, messages[index]))
    const added = isLonger ? messages.slice(mirror.length) : messages
    const kept = await keepMedia(added, this.#options)
    const spent = this.#unwritten
    const entry = { type: isLonger ? 'messages' : 'history', messages: kept, ...(spent && { spent }) } as const
    await this.#append([...before, ...(added.length > 0 || !isLonger ? [entry] : []), ...after])
    this.mirror = messages
  }

  async #append(entries: readonly SessionEntry[]): Promise<void> {
    if (entries.length === 0) return
    try {
      this.#version = await this.#store.append(this.#id, entries, this.#version)
      this.#unwritten = undefined
      // Entries that say what a run took in all settle what it was known to take.
      if (entries.some(({ type }) => type === 'run-end' || type === 'usage')) this.unsettled = undefined
    } catch (error) {
      if (isAgentError(error)) throw error
      throw new AgentError('session', `The session ${this.#id} could not be written: ${String(error)}`, {
        hint: 'The run was ended, so that nothing is said that is not on record.',
        scope: 'run',
        cause: error,
      })
    }
  }
}

/** A tool that was called directly, by itself: no conversation shows it. */
function isDirectCall([first, ...rest]: readonly Message[]): boolean {
  return first?.role === 'assistant' && rest.length === 0
}

function isSame(left: Message, right: Message | undefined): boolean {
  return (
    left === right ||
    (left.id !== undefined && left.id === right?.id && left.role === right.role && sameContent(left, right))
  )
}

function sameContent(left: Message, right: Message): boolean {
  return left.content === right.content || JSON.stringify(left.content) === JSON.stringify(right.content)
}
