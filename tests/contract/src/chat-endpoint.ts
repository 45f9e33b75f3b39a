import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request to a chat-completions endpoint, as far as the answers here look at it. */
export interface ChatBody {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content?: string; readonly tool_calls?: unknown[] }[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

/** Writes one answer. */
export type ChatAnswer = (response: ServerResponse, body: ChatBody) => void | Promise<void>

/** A chat-completions endpoint on the loopback interface; the first word of the path chooses the answer. */
export async function startChatEndpoint(answers: { readonly [name: string]: ChatAnswer }) {
  const counts = { received: 0, answering: 0, sent: 0 }
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const answer = answers[request.url?.split('/')[1] ?? '']
    counts.received++
    counts.answering++
    response.on('close', () => counts.answering--)
    response.on('error', () => {})
    await answer?.(response, JSON.parse(text) as ChatBody)
  }
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    /** Of one answer, without `/chat/completions`. */
    url: (name: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`,
    service: { received: () => counts.received, answering: () => counts.answering, sent: () => counts.sent },
    counts,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export interface ChatCall {
  /** Default `echo`. */
  readonly name?: string
  readonly inputText: string
}

/** One frame of the stream. */
export function frame(delta: object, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finishReason }] })}\n\n`
}

function usageFrame(): string {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  return `data: ${JSON.stringify({ choices: [], usage })}\n\n`
}

/** The frames of a whole answer: text in small pieces, then calls with their arguments cut in two. */
export function framesOf(
  { text = '', calls = [] }: { readonly text?: string; readonly calls?: readonly ChatCall[] },
  finishReason = calls.length > 0 ? 'tool_calls' : 'stop',
): string[] {
  const pieces = text.match(/.{1,4000}/gsu) ?? []
  const few = pieces.length === 1 ? (text.match(/.{1,6}/gsu) ?? []) : pieces
  return [
    ...few.map((content) => frame({ content })),
    ...calls.flatMap(({ name = 'echo', inputText }, index) => [
      frame({ tool_calls: [{ index, id: `c${index}`, function: { name, arguments: '' } }] }),
      ...(inputText.match(/.{1,8}/gsu) ?? []).map((piece) =>
        frame({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    frame({}, finishReason),
    usageFrame(),
    'data: [DONE]\n\n',
  ]
}

/** Sends these frames at once. */
export function sending(frames: (body: ChatBody) => readonly string[]): ChatAnswer {
  return (response, body) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(frames(body).join(''))
  }
}

/** Refuses the request. */
export function refusing(status: number, code: string, headers: Record<string, string> = {}): ChatAnswer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { message: `No: ${code}.`, code } }))
  }
}
