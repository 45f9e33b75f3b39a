import { AgentError } from '@x/types'

export interface WorkOptions {
  readonly concurrency: number
  /** Results in the order of the inputs, or as they come. */
  readonly isOrdered: boolean
  /** Ends the work at once; whoever works listens to it too. */
  readonly signal: AbortSignal
  /** Told when there will be no more results: the inputs ended, failed, or the reader left. */
  readonly onEnd: () => void
}

/**
 * Works on many inputs, some at a time. An input is read when somebody is free to work on it, and no more than twice
 * `concurrency` are ever read without their results having been taken: a slow reader, and in order a slow first input,
 * hold up the rest.
 * @throws what the inputs or `work` throw, after the results that are ready
 */
export async function* workAll<Input, Result>(
  inputs: Iterator<Input> | AsyncIterator<Input>,
  work: (input: Input, index: number) => Promise<Result>,
  options: WorkOptions,
): AsyncGenerator<Result, void, void> {
  const { signal, onEnd } = options
  const pool = new Pool(inputs, work, options)
  const wake = () => pool.wake()
  signal.addEventListener('abort', wake, { once: true })
  try {
    for (;;) {
      if (signal.aborted) {
        throw new AgentError('aborted', 'The batch was aborted.', { scope: 'run', cause: signal.reason })
      }
      pool.fill()
      const ready = pool.take()
      if (ready) yield ready.result
      else if (pool.failure) throw pool.failure.error
      else if (pool.isDone) return
      else await pool.change()
    }
  } finally {
    signal.removeEventListener('abort', wake)
    pool.end()
    onEnd()
  }
}

class Pool<Input, Result> {
  readonly #inputs: Iterator<Input> | AsyncIterator<Input>
  readonly #work: (input: Input, index: number) => Promise<Result>
  readonly #concurrency: number
  readonly #isOrdered: boolean
  /** By place: of the input, or among those that have come. */
  readonly #ready = new Map<number, { readonly result: Result }>()
  failure: { readonly error: unknown } | undefined
  #started = 0
  #settled = 0
  #taken = 0
  #isReading = false
  #isRead = false
  #wake: (() => void) | undefined

  constructor(
    inputs: Iterator<Input> | AsyncIterator<Input>,
    work: (input: Input, index: number) => Promise<Result>,
    { concurrency, isOrdered }: WorkOptions,
  ) {
    this.#inputs = inputs
    this.#work = work
    this.#concurrency = concurrency
    this.#isOrdered = isOrdered
  }

  get isDone(): boolean {
    return this.#isRead && this.#taken === this.#started
  }

  take(): { readonly result: Result } | undefined {
    const ready = this.#ready.get(this.#taken)
    if (!ready) return undefined
    this.#ready.delete(this.#taken)
    this.#taken += 1
    return ready
  }

  /** Until something has settled; to be asked when there was nothing to take. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  wake(): void {
    this.#wake?.()
  }

  /** Reads the next input when there is room for it. */
  fill(): void {
    const running = this.#started - this.#settled
    const isFull = running >= this.#concurrency || this.#started - this.#taken >= 2 * this.#concurrency
    if (isFull || this.#isReading || this.#isRead || this.failure) return
    this.#isReading = true
    void this.#read()
  }

  /** Does not wait: an input that is being read may take its time. */
  end(): void {
    if (this.#isRead) return
    this.#isRead = true
    void Promise.resolve(this.#inputs.return?.()).catch(() => undefined)
  }

  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#inputs.next()
      this.#isReading = false
      if (this.#isRead) return
      if (done) {
        this.#isRead = true
        this.wake()
      } else {
        void this.#start(value)
        this.fill()
      }
    } catch (error) {
      this.#isReading = false
      this.#isRead = true
      this.#fail(error)
    }
  }

  async #start(input: Input): Promise<void> {
    const index = this.#started
    this.#started += 1
    try {
      const result = await this.#work(input, index)
      this.#ready.set(this.#isOrdered ? index : this.#settled, { result })
      this.#settled += 1
      this.wake()
      this.fill()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.failure ??= { error }
    this.wake()
  }
}
