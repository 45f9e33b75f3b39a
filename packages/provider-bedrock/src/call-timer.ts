import { AgentError } from '@x/types'
import type { BedrockConfig } from './config.js'

/** Watches how long a call keeps its reader waiting. */
export interface CallTimer {
  /** Somebody waits for the service from here on. */
  waits(): void
  /** Something came. */
  got(): void
  stop(): void
  /** Set once time was up. */
  readonly error: AgentError | undefined
}

type Timeouts = Pick<BedrockConfig, 'requestTimeoutMs' | 'firstEventTimeoutMs' | 'idleTimeoutMs'>

/** The longest that the service itself works on an answer: an hour, for Claude 3.7 and later. */
const firstEventDefaultMs = 3_600_000
/** Long, because a model may think for minutes without a word. */
const idleDefaultMs = 600_000

/**
 * Time counts only while a pull waits, so a slow reader is no stall. `expire` is called once, with the error to end the
 * call with.
 */
export function callTimer(config: Timeouts, expire: () => void): CallTimer {
  const { firstEventTimeoutMs = firstEventDefaultMs, idleTimeoutMs = idleDefaultMs, requestTimeoutMs } = config
  let waitingSince: number | undefined
  let waitedMs = 0
  let started = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let error: AgentError | undefined

  const leftMs = (since: number) => {
    const now = performance.now() - since
    const ofCall = (requestTimeoutMs ?? Number.POSITIVE_INFINITY) - waitedMs - now
    return { ofCall, ofEvent: (started ? idleTimeoutMs : firstEventTimeoutMs) - now }
  }
  const look = () => {
    timer = undefined
    if (waitingSince === undefined) return
    const { ofCall, ofEvent } = leftMs(waitingSince)
    const left = Math.ceil(Math.min(ofCall, ofEvent))
    if (left > 0) {
      // It must not keep the process alive by itself: the connection does as long as there is one.
      timer = setTimeout(look, left).unref()
      return
    }
    const late = ofCall <= 0 ? 'requestTimeoutMs' : started ? 'idleTimeoutMs' : 'firstEventTimeoutMs'
    error = timeoutOf(late, { requestTimeoutMs: requestTimeoutMs ?? 0, firstEventTimeoutMs, idleTimeoutMs }[late])
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
      if (started) return
      started = true
      this.stop()
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
    get error() {
      return error
    },
  }
}

const said = {
  requestTimeoutMs: 'The call took longer than',
  firstEventTimeoutMs: 'The answer did not begin within',
  idleTimeoutMs: 'The answer stood still for',
} as const

function timeoutOf(name: keyof typeof said, ms: number): AgentError {
  return new AgentError('timeout', `${said[name]} ${ms} ms.`, {
    retryable: true,
    hint: `Raise ${name} if that is normal.`,
  })
}
