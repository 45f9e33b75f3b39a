import type { ClientHttp2Session } from 'node:http2'
import { limitConnect } from './limit-connect.js'

/** A session that one request has to itself until it is given back. */
export interface Lease {
  readonly session: ClientHttp2Session
  /** How long it lay idle, in milliseconds; undefined for a new one. */
  readonly idleMs: number | undefined
  /** Back to the pool if it can serve again, else closed. Only the first call counts. */
  release(canServe: boolean): void
}

export interface Http2PoolOptions {
  /** How long an idle session is kept. */
  readonly idleTimeoutMs: number
  /** Idle sessions that are kept for each origin; more of them are closed. */
  readonly maxIdle: number
}

/**
 * HTTP/2 sessions, one request at a time on each: requests share neither a window nor a fate, as with the SDK's own
 * handler, but the next one finds the connection open. What lies idle keeps no process alive.
 */
export class Http2Pool {
  readonly #options: Http2PoolOptions
  /** By origin; the one that was used last is the last. */
  readonly #idle = new Map<string, IdleSession[]>()

  constructor(options: Http2PoolOptions) {
    this.#options = options
  }

  /** @param isNew never one that lay idle */
  lease(origin: string, isNew = false): Lease {
    const found = isNew ? undefined : this.#take(origin)
    const session = found?.session ?? this.#open(origin)
    session.ref()
    let isReleased = false
    return {
      session,
      idleMs: found && performance.now() - found.since,
      release: (canServe) => {
        if (isReleased) return
        isReleased = true
        if (canServe) this.#keep(origin, session)
        else session.destroy()
      },
    }
  }

  /**
   * Opens a session for the next request, unless there is one.
   * @throws Error of the connection
   */
  async warm(origin: string, connectTimeoutMs: number): Promise<void> {
    const session = this.#take(origin)?.session ?? this.#open(origin)
    limitConnect(session, connectTimeoutMs)
    if (session.connecting) {
      await new Promise<void>((resolve, reject) => {
        session.once('connect', () => resolve())
        session.once('error', reject)
        session.once('close', () => reject(new Error(`The connection to ${origin} was closed.`)))
      })
    }
    this.#keep(origin, session)
  }

  /** How many sessions wait for a request to this origin. */
  idleCount(origin: string): number {
    return this.#idle.get(origin)?.length ?? 0
  }

  #open(origin: string): ClientHttp2Session {
    // Loaded at the first request: it would cost every program that imports this package, whether it calls or not.
    const { connect } = process.getBuiltinModule('node:http2')
    const session = connect(origin, { settings: { enablePush: false, initialWindowSize: windowBytes } })
    session.once('connect', (_session, socket) => {
      if (session.destroyed) return
      // Node.js leaves the window of the whole session at 64 KB, whatever its streams may take.
      session.setLocalWindowSize(windowBytes)
      // A model may think for minutes, and NAT gateways forget connections that say nothing for that long.
      if ('setKeepAlive' in socket) socket.setKeepAlive(true, keepAliveMs)
    })
    const forget = () => this.#remove(origin, session)
    // What went wrong is told by the request under way; an idle session just is no more.
    session.on('error', forget)
    session.on('close', forget)
    session.on('goaway', () => {
      forget()
      session.close()
    })
    return session
  }

  #take(origin: string): IdleSession | undefined {
    for (;;) {
      const found = this.#idle.get(origin)?.at(-1)
      if (!found) return undefined
      this.#remove(origin, found.session)
      if (isAlive(found.session)) return found
    }
  }

  #keep(origin: string, session: ClientHttp2Session): void {
    const sessions = this.#idle.get(origin) ?? []
    if (!isAlive(session) || sessions.length >= this.#options.maxIdle) return void session.destroy()
    session.unref()
    const timer = setTimeout(() => {
      this.#remove(origin, session)
      session.destroy()
    }, this.#options.idleTimeoutMs)
    timer.unref()
    sessions.push({ session, timer, since: performance.now() })
    this.#idle.set(origin, sessions)
  }

  #remove(origin: string, session: ClientHttp2Session): void {
    const sessions = this.#idle.get(origin) ?? []
    const index = sessions.findIndex((entry) => entry.session === session)
    if (index < 0) return
    clearTimeout(sessions[index]?.timer)
    sessions.splice(index, 1)
    if (sessions.length === 0) this.#idle.delete(origin)
  }
}

interface IdleSession {
  readonly session: ClientHttp2Session
  readonly timer: NodeJS.Timeout
  readonly since: number
}

/** How much a server may send ahead of the reader: more than an answer has under way, and a bound for a slow reader. */
const windowBytes = 1024 * 1024
const keepAliveMs = 30_000

function isAlive(session: ClientHttp2Session): boolean {
  return !session.closed && !session.destroyed
}
