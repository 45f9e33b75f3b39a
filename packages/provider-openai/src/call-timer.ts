import { AgentError } from '@x/types'
import type { OpenAIConfig } from './config.js'

/** Watches how long a call keeps its reader waiting. */
export interface CallTimer {
  /** Somebody waits for the server from here on. */
  waits(): void
  /** Something came. */
  got(): void
  stop(): void
  /** Set once time was up. */
  readonly error: AgentError | undefined
}

/** Long, because a model may think for minutes without a word, and a local one reads a long prompt for as long. */
const idleDefaultMs = 600_000

/**
 * Time counts only while a pull waits, so a slow reader is no stall. `expire` is called once, when time is up.
 */
export function callTimer(config: Pick<OpenAIConfig, 'timeoutMs' | 'idleTimeoutMs'>, expire: () => void): CallTimer {
  const { idleTimeoutMs = idleDefaultMs, timeoutMs } = config
  let waitingSince: number | undefined
  let waitedMs = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let error: AgentError | undefined

  const look = () => {
    timer = undefined
    if (waitingSince === undefined) return
    const now = performance.now() - waitingSince
    const ofCall = (timeoutMs ?? Number.POSITIVE_INFINITY) - waitedMs - now
    const left = Math.ceil(Math.min(ofCall, idleTimeoutMs - now))
    if (left > 0) {
      timer = setTimeout(look, left)
      // In Node.js it must not keep the process alive by itself: the connection does as long as there is one.
      ;(timer as { unref?: () => void }).unref?.()
      return
    }
    error =
      ofCall <= 0
        ? timeout(`The call took longer than ${timeoutMs} ms.`, 'timeoutMs')
        : timeout(`Nothing came for ${idleTimeoutMs} ms.`, 'idleTimeoutMs')
    expire()
  }

  return {
    waits() {
      waitingSince = performance.now()
      // One timer serves the whole call: what it was set for can only have moved further away, so it looks again.
      if (timer === undefined && !error) look()
    },
    got() {
      if (waitingSince !== undefined) waitedMs += performance.now() - waitingSince
      waitingSince = undefined
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      waitingSince = undefined
    },
    get error() {
      return error
    },
  }
}

function timeout(message: string, member: string): AgentError {
  return new AgentError('timeout', message, { retryable: true, hint: `Raise ${member} if that is normal.` })
}
