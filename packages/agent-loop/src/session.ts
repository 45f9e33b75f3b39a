import type { AgentEvent, Message, Middleware, RunResult, Usage } from '@x/types'
import { AgentError, addUsage, isAgentError, layerOrder, noUsage } from '@x/types'
import type { SavedConversation } from './agent.js'
import type { MediaStore } from './keep-media.js'
import { keepMedia, restoreMedia } from './keep-media.js'
import type { SessionEntry, SessionStore } from './session-store.js'
import { replayEntries } from './session-store.js'
import { notRun, unansweredCalls } from './tool-calls.js'

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
  /** How a run ended, when it is on record: a request that comes twice with the same `runId` need not run twice. */
  resultOf(runId: string): RunResult | undefined
}

/**
 * Opens a conversation, a new one if the store has none under this id. Two workers that have opened the same one cannot
 * interleave: the second to write fails with code `conflict`, before its model is asked; open it again and go on.
 *
 * A run with a `runId` that has ended before gives that run's result and asks nobody.
 * @throws AgentError `conflict` from a run, when somebody else wrote in the meantime; what the store throws
 */
export async function openSession(store: SessionStore, id: string, options: SessionOptions = {}): Promise<Session> {
  const stored = await store.load(id)
  const { messages, pending, usage, unsettled, runs } = replayEntries(stored?.entries ?? [])
  const session = new OpenSession(store, id, options, stored?.version ?? 0)
  const total = unsettled ? addUsage(usage, unsettled) : usage
  const saved = { messages: await restoreMedia(messages, options.media), pending, usage: total }
  session.mirror = saved.messages
  session.unsettled = unsettled
  for (const run of runs) session.ended.set(run.runId, run.result)
  return { id, saved, layer: session.layer, resultOf: (runId) => session.resultOf(runId) }
}

/** A result as the store has it: the conversation stands in the entries before it. */
type EndOfRun = Omit<RunResult, 'messages'>

class OpenSession {
  readonly ended = new Map<string, EndOfRun>()
  /** The conversation that the store has. */
  mirror: readonly Message[] = []
  /** What runs have spent that did not come to say so at their end: they were cut off by a crash, or left. */
  unsettled: Usage | undefined
  /** The part of it that the store does not know. */
  #unwritten: Usage | undefined
  readonly #store: SessionStore
  readonly #id: string
  readonly #options: SessionOptions
  #version: number

  constructor(store: SessionStore, id: string, options: SessionOptions, version: number) {
    this.#store = store
    this.#id = id
    this.#options = options
    this.#version = version
  }

  resultOf(runId: string): RunResult | undefined {
    const end = this.ended.get(runId)
    return end && { ...end, messages: this.mirror }
  }

  readonly layer: Middleware = {
    name: 'session',
    // Outside of all that changes a run, and of the journal: what a step took counts when it comes from there, too.
    order: layerOrder.journal - 50,
    run: (call, next) => this.#run(call.run.id, call.messages, () => next(call)),
    model: (call, next) => this.#counted(next(call)),
    tool: (call, next) => this.#counted(next(call)),
  }

  async *#run(
    runId: string,
    messages: readonly Message[],
    start: () => AsyncGenerator<AgentEvent, RunResult, void>,
  ): AsyncGenerator<AgentEvent, RunResult, void> {
    const known = this.resultOf(runId)
    if (known) return known
    // The end of this run will not tell of what runs before it left open.
    const { unsettled } = this
    await this.#write(messages, ...(unsettled ? [{ type: 'usage', usage: unsettled } as const] : []))
    const step = start()
    let left = true
    try {
      for (;;) {
        const { done, value } = await step.next()
        if (done) {
          left = false
          return await this.#end(value)
        }
        if (value.type === 'message') await this.#write([...this.mirror, value.message])
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

  /** Answers what is open, as the run itself does; whoever went on from the store would else do it once more. */
  async #leave(): Promise<void> {
    const { message, calls } = unansweredCalls(this.mirror)
    if (!message || calls.length === 0) return
    // Nobody is there any more to be told of a store that fails; the next run finds out.
    await this.#write([...this.mirror, notRun(message, calls, 'aborted')]).catch(() => undefined)
  }

  async #end(result: RunResult): Promise<RunResult> {
    const { messages, ...end } = result
    await this.#write(messages, { type: 'run-end', result: end })
    this.ended.set(result.runId, end)
    return result
  }

  /** What a failed run spent is not lost; its messages are in the store already. */
  async #fail(usage: Usage | undefined): Promise<void> {
    if (usage) await this.#append([{ type: 'usage', usage }])
  }

  /** Adds up what a run spends while it has not come to its end. */
  async *#counted<Result extends { readonly usage?: Usage; readonly type?: string }>(
    step: AsyncGenerator<AgentEvent, Result, void>,
  ): AsyncGenerator<AgentEvent, Result, void> {
    try {
      const result = yield* step
      this.#spend(result.usage, result.type === 'suspended')
      return result
    } catch (error) {
      if (isAgentError(error)) this.#spend(error.partial?.usage)
      throw error
    }
  }

  /** @param isOpen after a crash it is done again, from a journal, and counts then; so it is not written before the end */
  #spend(usage: Usage | undefined, isOpen = false): void {
    if (!usage) return
    this.unsettled = addUsage(this.unsettled ?? noUsage, usage)
    if (!isOpen) this.#unwritten = addUsage(this.#unwritten ?? noUsage, usage)
  }

  /** Brings the store to `messages`, by what was added at the end if nothing else changed. */
  async #write(messages: readonly Message[], ...more: readonly SessionEntry[]): Promise<void> {
    const { mirror } = this
    const isLonger = mirror.every((message, index) => isSame(message, messages[index]))
    const added = isLonger ? messages.slice(mirror.length) : messages
    const kept = await keepMedia(added, this.#options)
    const spent = this.#unwritten
    const entry = { type: isLonger ? 'messages' : 'history', messages: kept, ...(spent && { spent }) } as const
    await this.#append([...(added.length > 0 || !isLonger ? [entry] : []), ...more])
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

function isSame(left: Message, right: Message | undefined): boolean {
  return (
    left === right ||
    (left.id !== undefined && left.id === right?.id && left.role === right.role && sameContent(left, right))
  )
}

function sameContent(left: Message, right: Message): boolean {
  return left.content === right.content || JSON.stringify(left.content) === JSON.stringify(right.content)
}
