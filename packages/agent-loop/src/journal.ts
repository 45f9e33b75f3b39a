import type { AgentEvent, JsonValue, Middleware, ModelResult, ToolCall, ToolOutcome } from '@x/types'
import { AgentError, layerOrder } from '@x/types'
import { promiseStep } from './promise-step.js'

/**
 * Where steps are written down: the port to a map, a file, a database or a durable engine. Values are JSON.
 */
export interface Journal {
  /**
   * Gives back what a step with this key gave, or runs `work` and writes down what it gives.
   *
   * That it *started* is on record before `work` runs. A value that is not `final` is not kept. A step that started and
   * did not finish may have had its effect: what then happens is `unfinished`; `ask` rejects with
   * {@link UnfinishedStep}.
   * @throws what `work` throws, with nothing kept but the start
   */
  step<Value>(step: JournalStep, work: () => Promise<{ value: Value; final: boolean }>): Promise<Value>
}

export interface JournalStep {
  /** `runId/<id of the message answered>[/<call id or name>]`: the same at every replay. */
  readonly key: string
  /** Of the outermost run: what is on record of it and its sub-agents belongs together, and can be forgotten together. */
  readonly runId: string
  readonly unfinished: UnfinishedPolicy
}

/** What to do with a step that started and did not finish. */
export type UnfinishedPolicy = 'run-again' | 'fail' | 'ask'

/** How a {@link Journal} says that a person must decide. */
export class UnfinishedStep extends Error {}

export interface JournalOptions {
  /**
   * For tools. Default: `run-again` for those annotated as read-only or idempotent and for sub-agents, whose own steps
   * are on record; `ask` for all others. With `ask` the run is suspended; the answer is an {@link UnfinishedAnswer}. A model step always runs again: it costs, but
   * changes nothing.
   */
  readonly unfinished?: UnfinishedPolicy | ((call: ToolCall) => UnfinishedPolicy)
}

/** The answer to a call that started and did not finish. */
export type UnfinishedAnswer =
  | { readonly runAgain: true }
  /** What the model reads as its result, for somebody has looked what became of it. */
  | { readonly result: string }

/**
 * Writes each model step and each tool step down, so that a run can go on after a crash: call `runAgent` again with the
 * same `runId` and the same input, and what was finished is read and not done again. No deltas come from the journal,
 * only whole messages. It stands outside all other layers, and nothing awaits before it.
 *
 * A step that was under way at the crash is done again, so a paid model call may be paid twice; tools get `context.key`
 * to hand to a service as its idempotency key.
 */
export function journal(port: Journal, options: JournalOptions = {}): Middleware {
  const { unfinished = byAnnotations } = options
  return {
    name: 'journal',
    order: layerOrder.journal,
    inherited: 'unless-replaced',
    model: (call, next) => recorded(port, toStep(call, 'run-again'), next(call), (_result: ModelResult) => true),
    async *tool(call, next) {
      if (isUnfinishedState(call.state)) {
        const answer = call.answer as { runAgain?: boolean; result?: string } | undefined
        const found = answer?.result
        // What is no answer changes nothing: nobody knows yet.
        if (typeof found !== 'string' && answer?.runAgain !== true) return isUnfinished
        const decided = typeof found === 'string' ? withResult(call, found) : withoutAnswer(call)
        return yield* recorded(port, toStep(call, 'run-again'), next(decided), isFinal)
      }
      const policy = typeof unfinished === 'function' ? unfinished(call) : unfinished
      try {
        return yield* recorded(port, toStep(call, policy), next(call), isFinal)
      } catch (error) {
        if (!(error instanceof UnfinishedStep)) throw error
        return isUnfinished
      }
    },
  }
}

const isUnfinished: ToolOutcome = {
  type: 'suspended',
  reason: 'It started before a crash, and nobody knows whether it had its effect.',
  state: { unfinished: true },
}

function byAnnotations({ tool }: ToolCall): UnfinishedPolicy {
  const { annotations = {}, step } = tool ?? {}
  return annotations.readOnly || annotations.idempotent || step ? 'run-again' : 'ask'
}

function toStep({ key, run }: Pick<ToolCall, 'key' | 'run'>, unfinished: UnfinishedPolicy): JournalStep {
  let outermost = run
  while (outermost.parent) outermost = outermost.parent
  return { key, runId: outermost.id, unfinished }
}

/** A step whose events flow while the engine runs it as a promise. */
async function* recorded<Result>(
  port: Journal,
  step: JournalStep,
  work: AsyncGenerator<AgentEvent, Result, void>,
  isFinal: (result: Result) => boolean,
): AsyncGenerator<AgentEvent, Result, void> {
  return yield* promiseStep<Result>((emit) =>
    port.step(step, async () => {
      for (;;) {
        const { done, value } = await work.next()
        if (done) return { value, final: isFinal(value) }
        emit(value)
      }
    }),
  )
}

/** A call that waits has not ended: it is asked anew when the answer is there. */
function isFinal({ type }: ToolOutcome): boolean {
  return type === 'result'
}

function isUnfinishedState(state: JsonValue | undefined): boolean {
  return typeof state === 'object' && state !== null && 'unfinished' in state
}

function withoutAnswer(call: ToolCall): ToolCall {
  const { answer: _answer, state: _state, ...rest } = call
  return rest
}

/** The call with a tool that only says what somebody found out. */
function withResult(call: ToolCall, text: string): ToolCall {
  const { step: _step, ...tool } = call.tool ?? { name: call.call.name, inputSchema: {} }
  return { ...withoutAnswer(call), tool: { ...tool, execute: () => text }, approved: true }
}

/** What a journal that is a plain store keeps under a key. */
export type JournalEntry = { readonly status: 'started' } | { readonly status: 'done'; readonly value: JsonValue }

/** A store of entries; a write has reached it when the promise resolves. */
export interface JournalStore {
  get(key: string): Promise<JournalEntry | undefined> | JournalEntry | undefined
  set(key: string, entry: JournalEntry): Promise<void> | void
  delete(key: string): Promise<void> | void
}

/** A journal over a store. */
export function storeJournal(store: JournalStore): Journal {
  return {
    async step<Value>({ key, unfinished }: JournalStep, work: () => Promise<{ value: Value; final: boolean }>) {
      const entry = await store.get(key)
      if (entry?.status === 'done') return entry.value as Value
      if (entry && unfinished === 'ask') throw new UnfinishedStep(key)
      if (entry && unfinished === 'fail') throw unfinishedError(key)
      await store.set(key, { status: 'started' })
      const { value, final } = await work()
      if (!final) await store.delete(key)
      // Through JSON once, so that a run sees the same whether it did the step or reads it.
      else await store.set(key, { status: 'done', value: JSON.parse(JSON.stringify(value)) as JsonValue })
      return value
    },
  }
}

/** A journal in memory, as JSON text: for tests, and for runs that outlive a failure but not the process. */
export function memoryJournal(entries: Map<string, string> = new Map()): Journal {
  return storeJournal({
    get: (key) => {
      const text = entries.get(key)
      return text === undefined ? undefined : (JSON.parse(text) as JournalEntry)
    },
    set: (key, entry) => void entries.set(key, JSON.stringify(entry)),
    delete: (key) => void entries.delete(key),
  })
}

function unfinishedError(key: string): AgentError {
  return new AgentError('journal', `The step ${key} started and did not finish; nobody knows what became of it.`, {
    hint: 'Look what it did, then run again with unfinished: "run-again" or "ask".',
    scope: 'run',
  })
}
