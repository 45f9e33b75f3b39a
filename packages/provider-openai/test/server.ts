import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '@x/types'

/** What a server was asked. */
export interface Asked {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: JsonObject & {
    readonly model: string
    readonly messages: readonly (JsonObject & { readonly role: string; readonly content?: unknown })[]
    readonly stream?: boolean
    readonly tools?: readonly { readonly function: { readonly name: string } }[]
  }
}

export type Reply = (asked: Asked, response: ServerResponse) => unknown

/** A raw HTTP server that replies as told, bytes and all. */
export interface FakeServer extends AsyncDisposable {
  readonly url: string
  readonly asked: readonly Asked[]
  /** For `checkModel`. */
  readonly probe: { received(): number; answering(): number; sent(): number }
}

export async function serve(reply: Reply): Promise<FakeServer> {
  const asked: Asked[] = []
  let answering = 0
  let sent = 0
  const server = createServer(async (request, response) => {
    answering++
    response.on('close', () => answering--)
    const write = response.write.bind(response)
    response.write = ((...args: Parameters<typeof write>) => {
      sent++
      return write(...args)
    }) as typeof write
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = JSON.parse(Buffer.concat(pieces).toString() || '{}') as Asked['body']
    asked.push({ url: request.url ?? '', headers: request.headers, body })
    await reply(asked.at(-1) as Asked, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    probe: { received: () => asked.length, answering: () => answering, sent: () => sent },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }

export function chunk(delta: object, finish_reason: string | null = null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  }
}

export function sse(...chunks: readonly (object | string)[]): string {
  return chunks.map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`).join('')
}

export const sseHeaders = { 'content-type': 'text/event-stream; charset=utf-8' }

export interface Answer {
  readonly content?: string
  readonly reasoning_content?: string
  readonly tool_calls?: readonly { id?: string; function: { name: string; arguments: string } }[]
  readonly finish?: string
}

/** An answer as OpenAI gives it, streamed or in one piece, whichever was asked for. */
export function answer(asked: Asked, response: ServerResponse, given: Answer): void {
  const { content, reasoning_content, tool_calls, finish = tool_calls ? 'tool_calls' : 'stop' } = given
  if (!asked.body.stream) {
    const message = { role: 'assistant', content: content ?? null, reasoning_content, tool_calls }
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req-1' })
    response.end(
      JSON.stringify({ id: 'chatcmpl-1', model: 'm', choices: [{ index: 0, message, finish_reason: finish }], usage }),
    )
    return
  }
  response.writeHead(200, { ...sseHeaders, 'x-request-id': 'req-1' })
  response.write(sse(chunk({ role: 'assistant', content: '' })))
  for (const text of cut(reasoning_content)) response.write(sse(chunk({ reasoning_content: text })))
  for (const text of cut(content)) response.write(sse(chunk({ content: text })))
  for (const [index, call] of (tool_calls ?? []).entries()) {
    const start = { index, type: 'function', ...call, function: { name: call.function.name, arguments: '' } }
    response.write(sse(chunk({ tool_calls: [start] })))
    for (const text of cut(call.function.arguments)) {
      response.write(sse(chunk({ tool_calls: [{ index, function: { arguments: text } }] })))
    }
  }
  response.end(sse(chunk({}, finish), { choices: [], usage }, '[DONE]'))
}

/** Between characters, never inside one. */
function cut(text = ''): string[] {
  return text.match(/[\s\S]{1,600}/gu) ?? []
}

/** A refusal as OpenAI gives it. */
export function refuse(status: number, error: object, headers: Record<string, string> = {}): Reply {
  return (_asked, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error }))
  }
}
