import type { AgentEvent } from '@x/types'

/**
 * Times the chunks of a streamed answer, as they reach the consumer. Events that come in the same millisecond came in
 * one read and are one chunk.
 */
export class ChunkClock {
  /** From the request, or from the last retry of it, to the first chunk. `undefined` before there is one. */
  firstChunkMs: number | undefined
  readonly #onChunk: (elapsedMs: number) => void
  /** When the request was made; later, when the last chunk came. */
  #lastMs = Date.now()

  /** `onChunk` is told of each chunk after the first how long it took. */
  constructor(onChunk: (elapsedMs: number) => void) {
    this.#onChunk = onChunk
  }

  push({ type }: AgentEvent): void {
    if (type === 'model-start' || type === 'model-retry') {
      this.firstChunkMs = undefined
      this.#lastMs = Date.now()
    } else if (chunks.has(type)) this.tick()
  }

  /** A chunk has come. */
  tick(): void {
    // Whole milliseconds do, and a finer clock costs three times as much for every event.
    const nowMs = Date.now()
    if (this.firstChunkMs === undefined) this.firstChunkMs = Math.max(0, nowMs - this.#lastMs)
    else if (nowMs > this.#lastMs) this.#onChunk(nowMs - this.#lastMs)
    this.#lastMs = nowMs
  }
}

const chunks: ReadonlySet<AgentEvent['type']> = new Set([
  'text-delta',
  'reasoning-delta',
  'tool-call-start',
  'tool-call-delta',
  'citation-delta',
  'part',
])
