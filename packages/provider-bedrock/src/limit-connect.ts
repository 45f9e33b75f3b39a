import type { ClientHttp2Session } from 'node:http2'

/** Gives a session up that does not stand in time, TLS included: the system's own limit is minutes. */
export function limitConnect(session: ClientHttp2Session, connectTimeoutMs: number): void {
  if (!session.connecting) return
  const timer = setTimeout(() => {
    const error = new Error(`No connection within ${connectTimeoutMs} ms`)
    session.destroy(Object.assign(error, { code: 'ETIMEDOUT' }))
  }, connectTimeoutMs)
  const settled = () => clearTimeout(timer)
  session.once('connect', settled).once('close', settled)
}
