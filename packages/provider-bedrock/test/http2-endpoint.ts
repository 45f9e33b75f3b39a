import type { Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { createServer } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { expect, vi } from 'vitest'

const servers: { close(): void }[] = []
const sockets = new Set<Socket>()
/** Closes everything, and waits until it is closed. */
export async function stopServers(): Promise<void> {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
  await vi.waitFor(() => expect(openSockets()).toBe(0))
}

/** Those that keep this process alive. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

/** Gives each request to `answer`, with its number from 1; `sessions` are those that were ever opened. */
export async function serve(answer: (stream: ServerHttp2Stream, number: number) => void) {
  const server = createServer()
  const sessions: ServerHttp2Session[] = []
  let requests = 0
  server.on('session', (session) => {
    sessions.push(session)
    session.on('error', () => {})
  })
  server.on('connection', track)
  server.on('sessionError', () => {})
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    requests += 1
    const number = requests
    stream.resume().once('end', () => answer(stream, number))
  })
  return { port: await listen(server), sessions, requests: () => requests }
}

export function track(socket: Socket): void {
  sockets.add(socket)
  socket.on('error', () => {})
}

export async function listen(server: Http2Server | Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
