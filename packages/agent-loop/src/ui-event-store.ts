import type { AgentEvent } from '@x/types'
import { AgentError } from '@x/types'
import type { WireError } from './ui-wire.js'

/** One thing kept of a run, at its place from 1: an event, or how the run ended. Plain JSON. */
export type StoredEntry = { readonly n: number } & (
  | { readonly type: 'event'; readonly id: string; readonly event: AgentEvent }
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'ended' }
)

/** What is kept under an id. */
export interface StoredRun {
  /** The places of the first and the last entry: 1 and 0 at the beginning; the first grows when the store forgets. */
  readonly first: number
  readonly last: number
  readonly hasEnded: boolean
  /** Id of the first event that is kept; missing before there is one. */
  readonly firstId?: string
}

/** Where the events of runs are kept for clients that come back: the port to memory, Redis streams, a database. */
export interface EventStore {
  /** Begins anew under this id. */
  open(id: string): Promise<void> | void
  append(id: string, entry: StoredEntry): Promise<void> | void
  load(id: string): Promise<StoredRun | undefined> | StoredRun | undefined
  /**
   * The entries after the place `after`, then further ones as they come, to the end of the run. Ends early when the
   * signal is aborted.
   * @throws AgentError `stream-truncated` when the next entry is no longer kept
   */
  read(id: string, after: number, signal: AbortSignal): AsyncIterable<StoredEntry>
  delete(id: string): Promise<void> | void
}

export interface MemoryEventStoreOptions {
  /** Bytes, roughly, that are kept of one run; the oldest events go first. Default 4 MiB. */
  readonly maxRunBytes?: number
  /** Bytes, roughly, of all runs: ended ones go first, the oldest before. Default 64 MiB. */
  readonly maxBytes?: number
}

/** A store in the memory of this process. The last event of a run is kept whatever its size. */
export function memoryEventStore(options: MemoryEventStoreOptions = {}): EventStore {
  const { maxRunBytes = 4 * 1024 * 1024, maxBytes = 64 * 1024 * 1024 } = options
  const runs = new Map<string, MemoryRun>()
  const totalBytes = () => [...runs.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  const makeRoom = (current: MemoryRun) => {
    for (const [id, run] of runs) {
      if (totalBytes() <= maxBytes) return
      if (run !== current && run.hasEnded) runs.delete(id)
    }
    while (totalBytes() > maxBytes && current.entries.length > 1) current.forgetFirst()
  }
  return {
    open(id) {
      runs.get(id)?.close()
      runs.delete(id)
      runs.set(id, new MemoryRun())
    },
    append(id, entry) {
      const run = runs.get(id)
      if (!run) return
      run.add(entry)
      // Nothing comes after the end that would need the room, and its event carries the whole conversation.
      if (run.hasEnded || (entry.type === 'event' && entry.event.type === 'run-end')) return
      while (run.bytes > maxRunBytes && run.entries.length > 1) run.forgetFirst()
      makeRoom(run)
    },
    load: (id) => runs.get(id)?.summary(),
    read: (id, after, signal) => runs.get(id)?.read(after, signal) ?? nothing(),
    delete(id) {
      runs.get(id)?.close()
      runs.delete(id)
    },
  }
}

class MemoryRun {
  readonly entries: StoredEntry[] = []
  readonly #sizes: number[] = []
  bytes = 0
  hasEnded = false
  #isClosed = false
  readonly #waiting = new Set<() => void>()

  add(entry: StoredEntry): void {
    const size = JSON.stringify(entry).length
    this.entries.push(entry)
    this.#sizes.push(size)
    this.bytes += size
    if (entry.type !== 'event') this.hasEnded = true
    this.#wake()
  }

  forgetFirst(): void {
    this.entries.shift()
    this.bytes -= this.#sizes.shift() ?? 0
  }

  /** Lets those go who wait for more. */
  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  summary(): StoredRun {
    const [first] = this.entries
    const { hasEnded } = this
    return {
      first: first?.n ?? 1,
      last: this.entries.at(-1)?.n ?? 0,
      hasEnded,
      ...(first?.type === 'event' && { firstId: first.id }),
    }
  }

  async *read(after: number, signal: AbortSignal): AsyncGenerator<StoredEntry, void, void> {
    for (let next = after + 1; !signal.aborted && !this.#isClosed; next++) {
      let entry = this.#at(next)
      while (!entry && !this.hasEnded && !this.#isClosed && !signal.aborted) {
        await this.#more(signal)
        entry = this.#at(next)
      }
      if (!entry) return
      yield entry
    }
  }

  /** @throws AgentError `stream-truncated` for an entry that is no longer there */
  #at(n: number): StoredEntry | undefined {
    const first = this.entries[0]?.n ?? n
    if (n < first) throw fellBehind()
    return this.entries[n - first]
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        this.#waiting.delete(go)
        signal.removeEventListener('abort', go)
        resolve()
      }
      this.#waiting.add(go)
      signal.addEventListener('abort', go)
    })
  }

  #wake(): void {
    for (const go of [...this.#waiting]) go()
  }
}

function fellBehind(): AgentError {
  return new AgentError('stream-truncated', 'The reader is so far behind that what comes next is no longer kept.')
}

async function* nothing(): AsyncGenerator<StoredEntry, void, void> {}
