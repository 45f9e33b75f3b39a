import type {
  AgentConfig,
  AgentEvent,
  Answers,
  Message,
  Model,
  PendingCall,
  RunInput,
  RunResult,
  Usage,
  UserPart,
} from '@x/types'
import { AgentError, addUsage, noUsage } from '@x/types'
import { abortFirst, linkSignals } from './link-signal.js'
import { startRun } from './run-agent.js'
import { toMemory } from './run-memory.js'

export interface AgentOptions<Env = unknown> extends AgentConfig<Env> {
  /** The conversation to start from. */
  readonly messages?: readonly Message[]
  /** The calls that wait, when `messages` are those of a suspended run. */
  readonly pending?: readonly PendingCall[]
}

/** What one run may have otherwise than its agent. */
export type RunOptions<Env = unknown> = Partial<
  Pick<AgentConfig<Env>, 'signal' | 'env' | 'config' | 'runId' | 'tools' | 'toolChoice' | 'maxTurns' | 'stopWhen'>
>

/** A text, the parts of one user message, or whole messages. */
export type Prompt = string | readonly UserPart[] | readonly Message[]

/**
 * A config with a memory: each run starts from `messages` and leaves them valid for the next one, however it ends.
 * One agent holds one conversation, so its runs cannot overlap.
 */
export class Agent<Env = unknown> {
  readonly #config: AgentConfig<Env>
  #messages: readonly Message[]
  #pending: readonly PendingCall[]
  #usage = noUsage
  #busy = false

  constructor(options: AgentOptions<Env>) {
    const { messages = [], pending = [], ...config } = options
    this.#config = config
    this.#messages = messages
    this.#pending = pending
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
    return this.#stream({ messages: [...this.#messages, ...toMessages(prompt)] }, options)
  }

  /** Goes on after a suspension, with answers by call id. */
  async resume(answers: Answers, options?: RunOptions<Env>): Promise<RunResult> {
    return toEnd(this.resumeStream(answers, options))
  }

  /** As `resume`, telling as it goes. */
  resumeStream(answers: Answers, options?: RunOptions<Env>): AsyncGenerator<AgentEvent, RunResult, void> {
    return this.#stream({ messages: this.#messages, pending: this.#pending, answers }, options)
  }

  #stream(input: RunInput, options: RunOptions<Env> = {}): AsyncGenerator<AgentEvent, RunResult, void> {
    const { controller, unlink } = linkSignals(this.#config.signal, options.signal)
    const runId = options.runId ?? crypto.randomUUID()
    const patch = { ...this.#config.config, ...options.config }
    const config = { ...this.#config, ...options, config: patch, runId, signal: controller.signal }
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

function toMessages(prompt: Prompt = []): readonly Message[] {
  if (typeof prompt === 'string') return [{ role: 'user', content: [{ type: 'text', text: prompt }] }]
  const [first] = prompt
  if (first === undefined) return []
  if ('role' in first) return prompt as readonly Message[]
  return [{ role: 'user', content: prompt as readonly UserPart[] }]
}
