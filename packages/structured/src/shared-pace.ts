import { AgentError } from '@x/types'

export interface PaceOptions {
  /** Calls at once, at most. */
  readonly limit: number
  readonly baseDelayMs: number
  readonly maxDelayMs: number
  /** From 0 to 1. */
  readonly random: () => number
}

/**
 * The pace that all workers of a batch keep. When the service says that it is too much, nobody calls until the pause is
 * over, and then half as many as before at once; with each call that works, the number grows back a little.
 */
export class SharedPace {
  readonly #options: PaceOptions
  readonly #waiting: Set<() => void> = new Set()
  #limit: number
  #running = 0
  #resumeAtMs = 0
  /** When it was last told to slow down: calls from before say nothing new. */
  #slowedAtMs = Number.NEGATIVE_INFINITY
  /** Times it was told so since a call worked. */
  #streak = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: PaceOptions) {
    this.#options = options
    this.#limit = options.limit
  }

  /** Waits until a call may begin; each one that has begun must `leave`. @throws AgentError `aborted` */
  enter(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', give)
        this.#running += 1
        resolve()
      }
      const give = () => {
        this.#waiting.delete(begin)
        // A timer that nobody waits for would keep the process alive.
        if (this.#waiting.size === 0) clearTimeout(this.#timer)
        reject(aborted(signal))
      }
      if (signal.aborted) return give()
      signal.addEventListener('abort', give, { once: true })
      this.#waiting.add(begin)
      this.#admit()
    })
  }

  leave(): void {
    this.#running -= 1
    this.#admit()
  }

  succeeded(): void {
    this.#streak = 0
    this.#limit = Math.min(this.#options.limit, this.#limit + 1 / this.#limit)
  }

  /** The call that began at `startedMs` was too much; gives how long everybody waits, `leastMs` at least. */
  slowDown(startedMs: number, leastMs: number): number {
    const nowMs = performance.now()
    if (startedMs > this.#slowedAtMs) {
      this.#slowedAtMs = nowMs
      this.#streak += 1
      this.#limit = Math.max(1, this.#limit / 2)
      this.#resumeAtMs = Math.max(this.#resumeAtMs, nowMs + this.delayMs(this.#streak))
    }
    this.#resumeAtMs = Math.max(this.#resumeAtMs, nowMs + leastMs)
    return Math.round(this.#resumeAtMs - nowMs)
  }

  /** Half of it certain and half of it by chance, so that batches in other processes do not come back at once. */
  delayMs(attempt: number): number {
    const { baseDelayMs, maxDelayMs, random } = this.#options
    const fullMs = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1))
    return (fullMs / 2) * (1 + random())
  }

  /** In the order in which they came. */
  #admit(): void {
    clearTimeout(this.#timer)
    const pauseMs = this.#resumeAtMs - performance.now()
    if (pauseMs > 0) {
      if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#admit(), Math.ceil(pauseMs))
      return
    }
    for (const begin of this.#waiting) {
      if (this.#running >= Math.floor(this.#limit)) return
      this.#waiting.delete(begin)
      begin()
    }
  }
}

/** @throws AgentError `aborted` */
export function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => {
      clearTimeout(timer)
      reject(aborted(signal))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', give)
      resolve()
    }, delayMs)
    if (signal.aborted) give()
    else signal.addEventListener('abort', give, { once: true })
  })
}

function aborted({ reason }: AbortSignal): AgentError {
  return new AgentError('aborted', 'The extraction was aborted while it waited to ask.', {
    scope: 'run',
    cause: reason,
  })
}
