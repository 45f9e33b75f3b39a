import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

export interface CountingProxy {
  readonly url: string
  /** Connections that were ever opened. */
  readonly opened: number
  /** Connections open now. */
  readonly open: number
  /** Closes all connections as a server does that finds them idle. */
  hangUp(): void
  /** From now on the connections there are pass nothing on, and nobody is told; new ones do. */
  freeze(): void
  close(): Promise<void>
}

/** A TCP proxy on the loopback interface, whatever is spoken through it, which counts and breaks connections. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const connections = new Set<{ readonly near: Socket; frozen: boolean }>()
  let opened = 0
  const server = createServer((near) => {
    opened += 1
    const far = connect(Number(new URL(target).port), '127.0.0.1')
    const connection = { near, frozen: false }
    connections.add(connection)
    const end = () => {
      connections.delete(connection)
      far.destroy()
      if (!connection.frozen) near.destroy()
    }
    near.on('data', (bytes) => connection.frozen || far.write(bytes))
    far.on('data', (bytes) => connection.frozen || near.write(bytes))
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get opened() {
      return opened
    },
    get open() {
      return connections.size
    },
    hangUp() {
      for (const { near } of connections) near.end()
    },
    freeze() {
      for (const connection of connections) connection.frozen = true
    },
    close() {
      for (const { near } of connections) near.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
