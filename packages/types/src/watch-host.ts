/*
 * What the host can tell, asked by duck typing: this runs in Node.js, other engines and browsers alike, and imports
 * nothing of any of them.
 */

type Listener = (event: unknown) => void

interface Host {
  readonly process?: {
    on?(name: string, listener: Listener): unknown
    off?(name: string, listener: Listener): unknown
    getActiveResourcesInfo?(): string[]
  }
  addEventListener?(name: string, listener: Listener): void
  removeEventListener?(name: string, listener: Listener): void
}

const host = globalThis as Host

export interface RejectionWatch {
  /** Reasons of the rejections that nobody handled so far; undefined where the host does not tell. */
  readonly seen: readonly unknown[] | undefined
  stop(): void
}

/** Watches for rejected promises that nobody handles. While it watches, they do not end the process. */
export function watchRejections(): RejectionWatch {
  const seen: unknown[] = []
  const { process } = host
  if (process?.on && process.off) {
    const listener = (reason: unknown) => void seen.push(reason)
    process.on('unhandledRejection', listener)
    return { seen, stop: () => void process.off?.('unhandledRejection', listener) }
  }
  if (!host.addEventListener || !host.removeEventListener) return { seen: undefined, stop: () => {} }
  const listener = (event: unknown) => {
    const { reason, preventDefault } = event as { reason?: unknown; preventDefault?: () => void }
    preventDefault?.call(event)
    seen.push(reason)
  }
  host.addEventListener('unhandledrejection', listener)
  return { seen, stop: () => host.removeEventListener?.('unhandledrejection', listener) }
}

/** What keeps the process alive now, counted by kind; undefined where the host does not tell. */
export function countHandles(): ReadonlyMap<string, number> | undefined {
  const kinds = host.process?.getActiveResourcesInfo?.()
  if (!kinds) return undefined
  const counts = new Map<string, number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}
