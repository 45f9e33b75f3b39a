import type { AgentEvent } from '@x/types'
import { AgentError } from '@x/types'
import type { EventStore } from './ui-event-store.js'
import type { WireError } from './ui-wire.js'
import { numbered } from './ui-wire.js'

export interface KeptRunOptions {
  readonly id: string
  readonly store: EventStore
  readonly keepAliveMs: number
  readonly failed: (error: unknown) => WireError
}

/**
 * A run whose events go into a store, whoever reads them there. If it may not go on alone, it goes only as fast as its
 * readers ask, so that a slow one slows it.
 */
export class KeptRun {
  readonly opened: Promise<void>
  /** Resolves when its last entry is in the store. */
  readonly ended: Promise<void>
  readonly #options: KeptRunOptions
  readonly #source: AsyncIterator<AgentEvent>
  #readers = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #hasLeft = false
  #isOver = false
  #go: () => void = () => {}
  #isWanted = false

  constructor(options: KeptRunOptions, events: AsyncIterable<AgentEvent>) {
    this.#options = options
    this.#source = events[Symbol.asyncIterator]()
    this.opened = Promise.resolve(options.store.open(options.id))
    this.ended = this.#keep().catch(() => {})
  }

  attach(): void {
    this.#readers += 1
    clearTimeout(this.#timer)
  }

  detach(): void {
    this.#readers -= 1
    const { keepAliveMs } = this.#options
    if (this.#readers > 0 || this.#isOver || keepAliveMs === Infinity) return
    if (keepAliveMs === 0) this.leave()
    else this.#timer = setTimeout(() => this.leave(), keepAliveMs)
  }

  /** A reader has read everything and waits. */
  want(): void {
    this.#isWanted = true
    this.#go()
  }

  /** Aborts the run. */
  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    this.#go()
    void this.#source.return?.().catch(() => {})
  }

  async #keep(): Promise<void> {
    const { id, store } = this.#options
    let n = 0
    let hasResult = false
    try {
      await this.opened
      const number = numbered()
      for (;;) {
        await this.#turn()
        const { done, value } = await this.#source.next()
        if (this.#hasLeft && !hasResult) throw new AgentError('aborted', 'The run was left.')
        if (done) break
        n += 1
        hasResult = value.type === 'run-end'
        await store.append(id, { n, type: 'event', ...number(value) })
      }
      await store.append(id, { n: n + 1, type: 'ended' })
    } catch (error) {
      this.#hasLeft = true
      await this.#source.return?.().catch(() => {})
      await store.append(id, { n: n + 1, type: 'failed', error: this.#options.failed(error) })
    } finally {
      this.#isOver = true
      clearTimeout(this.#timer)
    }
  }

  /** Resolves when the run may take its next step. */
  async #turn(): Promise<void> {
    if (this.#options.keepAliveMs > 0) return
    while (!this.#isWanted && !this.#hasLeft) await new Promise<void>((resolve) => (this.#go = resolve))
    this.#isWanted = false
  }
}
