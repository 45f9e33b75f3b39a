import type {
  AgentConfig,
  AgentEvent,
  Answers,
  JsonValue,
  Message,
  Model,
  PendingCall,
  RunInput,
  RunResult,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from '@x/types'
import { AgentError, addUsage, noUsage } from '@x/types'
import { abortFirst, linkSignals } from './link-signal.js'
import { startRun } from './run-agent.js'
import { toMemory } from './run-memory.js'
import type { Prompt } from './to-messages.js'
import { toMessages } from './to-messages.js'

export interface AgentOptions<Env = unknown> extends AgentConfig<Env> {
  /** The conversation to start from. */
  readonly messages?: readonly Message[]
  /** The calls that wait, when `messages` are those of a suspended run. */
  readonly pending?: readonly PendingCall[]
  /** What was spent before. */
  readonly usage?: Usage
}

/** A conversation as JSON: `new Agent({ ...config, ...saved })` goes on from it. */
export type SavedConversation = Required<Pick<AgentOptions, 'messages' | 'pending' | 'usage'>>

/** What one run may have otherwise than its agent. `config` is laid over the agent's, `use` is added to its layers. */
export type RunOptions<Env = unknown> = Partial<Omit<AgentConfig<Env>, 'parent'>>

/**
 * A config with a memory: each run starts from `messages` and leaves them valid for the next one, however it ends.
 * One agent holds one conversation, so its runs cannot overlap.
 */
export class Agent<Env = unknown> {
  readonly #config: AgentConfig<Env>
  #messages: readonly Message[]
  #pending: readonly PendingCall[]
  #usage: Usage
  #busy = false

  constructor(options: AgentOptions<Env>) {
    const { messages = [], pending = [], usage = noUsage, ...config } = options
    this.#config = config
    this.#messages = messages
    this.#pending = pending
    this.#usage = usage
  }

  get model(): Model {
    return this.#config.model
  }

  get messages(): readonly Message[] {
    return this.#messages
  }

  /** Calls that wait for `resume`. */
  get pending(): readonly PendingCall[] {
    return this.#pending
  }

  /** Of all runs so far, failed ones included. */
  get usage(): Usage {
    return this.#usage
  }

  /** Runs to the end. Without a prompt it goes on from where it stands. */
  async run(prompt?: Prompt, options?: RunOptions<Env>): Promise<RunResult> {
    return toEnd(this.stream(prompt, options))
  }

  /**
   * Runs and tells as it goes; the last event is `run-end`.
   * @throws AgentError `busy` when another run of this agent has not ended
   */
  stream(prompt?: Prompt, options?: RunOptions<Env>): AsyncGenerator<AgentEvent, RunResult, void> {
    const said = toMessages(prompt)
    // Without a word the calls that wait go on waiting, with what they left: a sub-agent must not start anew.
    const pending = said.length === 0 ? this.#pending : []
    return this.#stream({ messages: [...this.#messages, ...said], pending }, options)
  }

  /** Goes on after a suspension, with answers by call id. */
  async resume(answers: Answers, options?: RunOptions<Env>): Promise<RunResult> {
    return toEnd(this.resumeStream(answers, options))
  }

  /** As `resume`, telling as it goes. */
  resumeStream(answers: Answers, options?: RunOptions<Env>): AsyncGenerator<AgentEvent, RunResult, void> {
    return this.#stream({ messages: this.#messages, pending: this.#pending, answers }, options)
  }

  /**
   * Calls one tool through the agent's layers, without asking the model; the conversation does not show it.
   * @throws AgentError `not-approved` when the call would wait for an answer
   */
  async callTool(name: string, input: JsonValue, options: RunOptions<Env> = {}): Promise<ToolResultPart> {
    const { controller, unlink } = linkSignals(this.#config.signal, options.signal)
    const call: ToolCallPart = { type: 'tool-call', id: 'direct', name, input }
    const runId = options.runId ?? crypto.randomUUID()
    const config = { ...this.#configOf(options), runId, signal: controller.signal, stopWhen: () => true }
    const memory = toMemory([{ role: 'assistant', content: [call] }], runId)
    const { messages } = await toEnd(startRun(config, memory)).finally(() => {
      this.#usage = addUsage(this.#usage, memory.usage)
      unlink()
    })
    const result = messages.at(-1)?.content[0]
    if (result?.type === 'tool-result') return result
    throw new AgentError('not-approved', `The call of ${name} waits for an answer, which a direct call cannot give.`, {
      hint: 'Ask for it in a run, and go on with resume().',
    })
  }

  /** An agent of the same config whose conversation starts as this one stands; neither follows the other. */
  clone(): Agent<Env> {
    return new Agent({ ...this.#config, ...this.toJSON() })
  }

  /** What `JSON.stringify(agent)` writes. */
  toJSON(): SavedConversation {
    return { messages: this.#messages, pending: this.#pending, usage: this.#usage }
  }

  #configOf(options: RunOptions<Env>): AgentConfig<Env> {
    const config = { ...this.#config.config, ...options.config }
    const use = [...(this.#config.use ?? []), ...(options.use ?? [])]
    return { ...this.#config, ...options, config, use }
  }

  #stream(input: RunInput, options: RunOptions<Env> = {}): AsyncGenerator<AgentEvent, RunResult, void> {
    const { controller, unlink } = linkSignals(this.#config.signal, options.signal)
    const runId = options.runId ?? crypto.randomUUID()
    const config = { ...this.#configOf(options), runId, signal: controller.signal }
    return abortFirst(this.#run(config, input, unlink), controller)
  }

  async *#run(
    config: AgentConfig<Env> & { readonly runId: string },
    input: RunInput,
    unlink: () => void,
  ): AsyncGenerator<AgentEvent, RunResult, void> {
    if (this.#busy) {
      throw new AgentError('busy', 'This agent is in the middle of another run.', {
        hint: 'Wait for it, or give each conversation an agent of its own; they can share the model and the tools.',
      })
    }
    const memory = toMemory(input, config.runId)
    this.#busy = true
    try {
      return yield* startRun(config, memory)
    } finally {
      this.#messages = memory.messages
      this.#pending = memory.pending
      this.#usage = addUsage(this.#usage, memory.usage)
      this.#busy = false
      unlink()
    }
  }
}

async function toEnd(events: AsyncGenerator<AgentEvent, RunResult, void>): Promise<RunResult> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
  }
}
