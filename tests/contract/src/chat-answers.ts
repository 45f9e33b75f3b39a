import type { ServerResponse } from 'node:http'
import type { ModelScenarios, ScenarioName } from '@x/types/testing'
import type { ChatAnswer, ChatBody } from './chat-endpoint.js'
import { frame, framesOf, refusing, sending } from './chat-endpoint.js'

const ping = (text: string) => `{"text":"${text}"}`

/** Calls the tools that it is offered once, and then speaks. */
export const plain = sending(({ messages, tools = [] }) =>
  tools.length > 0 && !isAnswered(messages)
    ? framesOf({ calls: tools.map(({ function: { name } }) => ({ name, inputText: ping('ping') })) })
    : framesOf({ text: 'Hello there.' }),
)

const begun = [frame({ content: 'One ' }), frame({ content: 'two ' })]

/** What the endpoint does under the name of each scenario. */
export const chatAnswers: { readonly [Name in ScenarioName]?: ChatAnswer } = {
  echo: sending(({ messages }) => framesOf({ text: messages.at(-1)?.content ?? '' })),
  bytewise,
  recite: sending(({ messages }) => framesOf({ text: messages.map(({ content = '' }) => content).join('\n') })),
  'names-model': sending(({ model }) => framesOf({ text: model })),
  length: sending(() => framesOf({ text: 'And so it goes' }, 'length')),
  filtered: sending(() => framesOf({ text: 'I cannot' }, 'content_filter')),
  'no-call': sending(() => framesOf({ text: 'I know that.' })),
  'many-calls': afterResults([ping('a'), ping('b'), ping('c')]),
  'no-arguments': afterResults(['']),
  'malformed-call': afterResults(['{"text":']),
  'cut-call': sending(() => framesOf({ calls: [{ inputText: '{"text":"pi' }] }, 'length')),
  truncated: truncated(),
  broken: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end([...begun, 'data: {"choices":[{"del\n\n'].join(''))
  },
  'fails-midway': sending(() => [...begun, 'data: {"error":{"message":"Overloaded."}}\n\n']),
  stalled: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(begun.join(''))
  },
  throttled: refusing(429, 'rate_limit_exceeded', { 'retry-after': '2' }),
  unavailable: refusing(503, 'overloaded'),
  'access-denied': refusing(401, 'invalid_api_key'),
  'no-such-model': refusing(404, 'model_not_found'),
  'bad-request': refusing(400, 'invalid_value'),
  'context-overflow': refusing(400, 'context_length_exceeded'),
}

/** Writes as fast as the reader reads, and counts the frames it got rid of. */
export function endless(counts: { sent: number }): ChatAnswer {
  return async (response) => {
    const text = frame({ content: 'and on and on '.repeat(100) })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    while (!response.destroyed) {
      counts.sent++
      if (!response.write(text)) await drained(response)
    }
  }
}

/** The scenarios of an endpoint with these answers. */
export function scenariosAt(model: (name: string) => NonNullable<ModelScenarios['echo']>): ModelScenarios {
  const names = [...(Object.keys(chatAnswers) as ScenarioName[]), 'endless', 'unreachable'] as const
  return Object.fromEntries(names.map((name) => [name, model(name)]))
}

function isAnswered(messages: ChatBody['messages']): boolean {
  return messages.some(({ role }) => role === 'tool')
}

/** Makes these calls, and wants a result for each of them when asked again. */
function afterResults(calls: readonly string[]): ChatAnswer {
  return (response, body) => {
    const results = body.messages.filter(({ role }) => role === 'tool').length
    const made = body.messages.flatMap(({ tool_calls = [] }) => tool_calls).length
    if (made === 0) return sending(() => framesOf({ calls: calls.map((inputText) => ({ inputText })) }))(response, body)
    if (made !== calls.length || results !== calls.length) return refusing(400, 'missing_results')(response, body)
    return sending(() => framesOf({ text: 'Done.' }))(response, body)
  }
}

/** Each byte by itself, as far as the socket keeps them apart. */
async function bytewise(response: ServerResponse, { messages }: ChatBody): Promise<void> {
  response.socket?.setNoDelay(true)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const frames = framesOf({ text: messages.at(-1)?.content ?? '' }).join('')
  for (const byte of Buffer.from(frames)) {
    await new Promise<void>((resolve) => response.write(Uint8Array.of(byte), () => resolve()))
  }
  response.end()
}

/** Cut one frame later each time, always before the last word. */
function truncated(): ChatAnswer {
  let round = 0
  return (response, body) => {
    const frames = framesOf({ text: 'A text long enough to be cut in many places.' })
    const kept = frames.slice(0, round++ % (frames.length - 3))
    return sending(() => kept)(response, body)
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}
