import { setTimeout as sleep } from 'node:timers/promises'

/** Returns early when the client has gone. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0 && !signal.aborted) await sleep(ms, undefined, { signal }).catch(() => {})
}
