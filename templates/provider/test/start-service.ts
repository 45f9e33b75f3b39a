import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WireError, WireRequest } from '../src/wire.js'
import type { Reply } from './behaviours.js'
import { behaviours } from './behaviours.js'

/** The service on this machine, so that the tests need neither a network nor a key. */
export interface Service {
  /** The key that it wants. */
  readonly apiKey: string
  /** Where it behaves as one row of `behaviours` says. */
  url(behaviour: string): string
  /** What it was sent, oldest first. */
  readonly requests: readonly WireRequest[]
  /** What the kit wants to see from the far side of the wire. */
  readonly probe: { received(): number; answering(): number; sent(): number }
  close(): Promise<void>
}

/** Speaks the protocol of wire.ts; the first segment of the path chooses what it says: `/echo/v1/chat`. */
export async function startService(): Promise<Service> {
  const apiKey = 'a-key-for-tests'
  const requests: WireRequest[] = []
  let answering = 0
  let sent = 0
  const onSent = () => {
    sent += 1
  }
  const server = createServer(async (request, response) => {
    answering += 1
    response.once('close', () => {
      answering -= 1
    })
    const wire = JSON.parse(await textOf(request)) as WireRequest
    requests.push(wire)
    if (request.headers.authorization !== `Bearer ${apiKey}`) return refuse(response, 401, unauthorized)
    const reply = behaviours[request.url?.split('/')[1] ?? '']?.(wire)
    if (!reply) return refuse(response, 404, { code: 'not_found', message: `nothing is at ${request.url}` })
    if ('refuse' in reply) return refuse(response, reply.status, { code: reply.refuse, message: 'as you wished' })
    await send(response, reply, onSent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    apiKey,
    url: (behaviour) => `http://127.0.0.1:${port}/${behaviour}`,
    requests,
    probe: { received: () => requests.length, answering: () => answering, sent: () => sent },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const unauthorized: WireError = { code: 'unauthorized', message: 'wrong key' }

/** A few bytes at a time, so that lines and characters arrive in pieces, and no faster than they are read. */
async function send(
  response: ServerResponse,
  { events, cutBytes = 0, pieceBytes = 512, finish = 'end' }: Exclude<Reply, { refuse: string }>,
  onSent: () => void,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  const write = async (bytes: Buffer) => {
    const more = response.write(bytes)
    onSent()
    await (more ? turn() : drained(response))
  }
  let bytes = Buffer.alloc(0)
  for (const event of events) {
    bytes = Buffer.concat([bytes, Buffer.from(typeof event === 'string' ? event : `${JSON.stringify(event)}\n`)])
    for (; bytes.length > pieceBytes; bytes = bytes.subarray(pieceBytes)) {
      if (response.destroyed) return
      await write(bytes.subarray(0, pieceBytes))
    }
  }
  await write(bytes.subarray(0, bytes.length - cutBytes))
  if (finish === 'destroy') response.destroy()
  if (finish === 'end') response.end()
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}

function refuse(response: ServerResponse, status: number, error: WireError): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'request-1', 'retry-after': '2' })
  response.end(JSON.stringify({ error }))
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
