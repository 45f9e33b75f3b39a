import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { AgentError } from '@x/types'
import { throwIfAborted, untilAborted } from './abort.js'
import { fromError, isLost, isSessionRefused } from './from-error.js'
import type { Link } from './open-link.js'

export interface Connection {
  /**
   * Does `work` with a live client. A lost connection is opened again first. What fails is not repeated, with two
   * exceptions: the server refused the request because it forgot the session; or the connection broke under way and
   * `repeatable` says that doing it twice does no harm. Either is repeated once.
   * @throws AgentError `network` when the connection is lost, `aborted`, else as `fromError`
   */
  use<Result>(work: (client: Client) => Promise<Result>, options?: UseOptions): Promise<Result>
  /** Idempotent; waits until the server's process has gone. */
  close(): Promise<void>
}

interface UseOptions {
  readonly signal?: AbortSignal | undefined
  readonly repeatable?: boolean
}

export interface ConnectionOptions {
  open(signal: AbortSignal): Promise<Link>
  /** Runs on every new link before anybody may use it: the tools may be others than before. */
  onOpen(link: Link): Promise<void>
  /** `false` for a connection that was given ready-made. */
  readonly canReopen: boolean
  /** Aborts the first opening. */
  readonly signal?: AbortSignal
}

/** Waits between the attempts to open a lost connection again. */
const backOffMs = [200, 1000]

/** Opens the connection; the first time there is one attempt only. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const closing = new AbortController()
  let link = await openOnce(options, options.signal ?? closing.signal)
  let opening: Promise<Link> | undefined
  let closed: Promise<void> | undefined

  const live = async (signal?: AbortSignal): Promise<Link> => {
    if (closing.signal.aborted) throw new AgentError('unavailable', 'This connection to an MCP server has been closed.')
    if (!link.lost()) return link
    if (!options.canReopen) throw fromError(new TypeError('closed'), link.source())
    opening ??= reopen(link).finally(() => (opening = undefined))
    return untilAborted(opening, signal)
  }
  const reopen = async (old: Link): Promise<Link> => {
    // Requests that the old link still carries come to their own end first; the last of them ends the link.
    if (!users.has(old)) await old.end()
    link = await openAgain(options, closing.signal)
    return link
  }
  /** How many requests a link carries. */
  const users = new Map<Link, number>()
  const attempt = async <Result>(on: Link, work: (client: Client) => Promise<Result>): Promise<Result> => {
    users.set(on, (users.get(on) ?? 0) + 1)
    try {
      return await work(on.client)
    } finally {
      const left = (users.get(on) ?? 1) - 1
      if (left > 0) users.set(on, left)
      else users.delete(on)
      if (left === 0 && on.lost()) await on.end()
    }
  }

  return {
    async use(work, { signal, repeatable = false } = {}) {
      const first = await live(signal)
      try {
        return await attempt(first, work)
      } catch (error) {
        throwIfAborted(signal)
        const source = first.source()
        const refused = first.hasSession() && isSessionRefused(error)
        if (refused) first.retire()
        const repeat = refused || (isLost(error, source) && repeatable)
        if (!repeat || !options.canReopen) throw fromError(error, source)
      }
      const second = await live(signal)
      try {
        return await attempt(second, work)
      } catch (error) {
        throwIfAborted(signal)
        throw fromError(error, second.source())
      }
    },
    close() {
      closed ??= (async () => {
        closing.abort()
        await opening?.catch(() => undefined)
        await Promise.all([link, ...users.keys()].map((each) => each.end()))
      })()
      return closed
    },
  }
}

async function openOnce({ open, onOpen }: ConnectionOptions, signal: AbortSignal): Promise<Link> {
  const link = await open(signal)
  try {
    await onOpen(link)
    return link
  } catch (error) {
    const failure = fromError(error, link.source())
    await link.end()
    throw failure
  }
}

async function openAgain(options: ConnectionOptions, signal: AbortSignal): Promise<Link> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await openOnce(options, signal)
    } catch (error) {
      const delayMs = backOffMs[attempt]
      if (delayMs === undefined) throw error
      await untilAborted(new Promise<void>((resolve) => setTimeout(resolve, delayMs)), signal).catch(() => undefined)
      if (signal.aborted) throw error
    }
  }
}
