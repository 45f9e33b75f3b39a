import { createHash } from 'node:crypto'
import type { WireEvent, WireRequest } from '../src/wire.js'

/** What the service does with one request. */
export type Reply =
  | { readonly refuse: string; readonly status: number }
  | {
      /** A string is sent as it is. */
      readonly events: Iterable<WireEvent | string>
      /** So many bytes of the end are never sent; fewer than `pieceBytes`. */
      readonly cutBytes?: number
      readonly pieceBytes?: number
      /** What follows the last event. Default `end`. */
      readonly finish?: 'end' | 'destroy' | 'hang'
    }

/** What the service can be made to do. Most rows bear the name of a scenario of `checkModel`. */
export const behaviours: Readonly<Record<string, (request: WireRequest) => Reply>> = {
  /** Calls the first tool, if there is one, and says the last message back. */
  echo: (request) => unlessWrong(request, () => ({ events: echo(request) })),
  bytewise: (request) => ({ events: echo(request), pieceBytes: 1 }),
  recite: (request) => ({ events: [...words(recite(request)), end('stop')] }),
  'names-model': ({ model }) => ({ events: [...words(model), end('stop')] }),
  output: (request) => ({ events: echo(request) }),
  reasoning: (request) => unlessWrong(request, () => ({ events: [...think(lastText(request)), ...echo(request)] })),

  length: () => ({ events: [...words('There was once a'), end('length')] }),
  'stop-sequence': () => ({ events: [...words('One, two,'), end('stop_sequence')] }),
  filtered: () => ({ events: [...words('I'), end('filter')] }),

  'no-call': () => ({ events: [...words('I need no tool.'), end('stop')] }),
  'many-calls': (request) => unlessWrong(request, () => ({ events: echo(request, 3) })),
  'no-arguments': (request) => ({ events: [...calls(request, 1, ''), end('calls')] }),
  'malformed-call': (request) => ({ events: [...calls(request, 1, '{"text": "pi'), end('calls')] }),
  'cut-call': (request) => ({ events: [...calls(request, 1, '{"text": "pi'), end('length')] }),

  /** Cut somewhere else each time, inside a line, in the middle of a character, or between two lines. */
  truncated: () => ({ events: words('Half an answer …'), cutBytes: cuts++ % 24 }),
  dropped: () => ({ events: words('Half an answer'), finish: 'destroy' }),
  broken: () => ({ events: [...words('Half an answer'), '<h1>Bad gateway</h1>\n'] }),
  'fails-midway': () => ({
    events: [...words('Half an answer'), { type: 'error', code: 'overloaded', message: 'too much to do' }],
  }),
  stalled: () => ({ events: words('Wait'), finish: 'hang' }),
  endless: () => ({ events: forever() }),

  throttled: () => ({ refuse: 'rate_limited', status: 429 }),
  unavailable: () => ({ refuse: 'overloaded', status: 503 }),
  'no-such-model': () => ({ refuse: 'no_such_model', status: 404 }),
  'bad-request': () => ({ refuse: 'bad_request', status: 400 }),
  'context-overflow': () => ({ refuse: 'too_long', status: 400 }),
  'new-error': () => ({ refuse: 'never_heard_of', status: 418 }),
  /** The service's word is "stop", and there is a call. */
  'says-stop': (request) => ({ events: [...calls(request, 1), end('stop')] }),
  'new-reason': () => ({ events: [...words('Hm.'), end('tired')] }),
}

let cuts = 0

/** A real service finds fault with a history in which something is missing. */
function unlessWrong(request: WireRequest, reply: () => Reply): Reply {
  const wrong = request.messages.some((message, index) => {
    if (message.role !== 'assistant') return false
    const forged = message.thinking?.some(({ text, signature }) => signature !== signatureOf(text))
    const answered = new Set(request.messages.slice(index + 1).map((later) => later.role === 'tool' && later.call_id))
    return forged || message.calls?.some(({ id }) => !answered.has(id))
  })
  return wrong ? { refuse: 'bad_request', status: 400 } : reply()
}

function echo(request: WireRequest, count = 1): WireEvent[] {
  const { output_schema: schema } = request
  if (schema) return [...words(filled(schema)), end('stop')]
  const mayCall = request.messages.at(-1)?.role === 'user' && request.tools && request.tool_choice !== 'none'
  if (mayCall) return [...calls(request, count), end('calls')]
  return [...words(lastText(request)), end('stop')]
}

function recite({ system, messages }: WireRequest): string {
  return [...(system === undefined ? [] : [system]), ...messages.map(({ text }) => text)].join('\n')
}

function lastText({ messages }: WireRequest): string {
  return messages.at(-1)?.text ?? ''
}

/** Words, each with the space behind it. */
function words(text: string): WireEvent[] {
  return text.split(/(?<= )/).map((word) => ({ type: 'text', text: word }))
}

function think(about: string): WireEvent[] {
  const text = `They said: ${about}`
  return [
    { type: 'thinking', text: text.slice(0, 10) },
    { type: 'thinking', text: text.slice(10) },
    { type: 'thinking', signature: signatureOf(text) },
  ]
}

function signatureOf(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

function calls({ tools = [], messages }: WireRequest, count: number, text = filled(tools[0]?.parameters)): WireEvent[] {
  const name = tools[0]?.name ?? 'none'
  return Array.from({ length: count }, (_, index): WireEvent[] => [
    { type: 'call', id: `call-${messages.length}-${index}`, name },
    ...(text.match(/.{1,5}/gs) ?? []).map((piece): WireEvent => ({ type: 'arguments', text: piece })),
  ]).flat()
}

/** JSON text that fits a schema of texts: "ping" for each member. */
function filled(schema: object = {}): string {
  const { properties = {} } = schema as { readonly properties?: object }
  return JSON.stringify(Object.fromEntries(Object.keys(properties).map((key) => [key, 'ping'])))
}

function* forever(): Generator<WireEvent> {
  for (;;) yield { type: 'text', text: 'on and on '.repeat(100) }
}

function end(reason: string): WireEvent {
  return { type: 'end', reason, usage: { input_tokens: 3, output_tokens: 5 } }
}
