import type { AssistantPart, ModelEvent, ModelRequest, StopReason } from '../src/index.js'
import { AgentError } from '../src/index.js'
import type { CheckModelOptions, ModelScenarios, ScenarioName } from '../src/testing.js'
import { scriptedModel } from '../src/testing.js'
import type { Service } from './reference-model.js'
import { referenceModel } from './reference-model.js'

/** Counts what reaches a service, and what it is busy with. */
export class Counter {
  requests = 0
  open = 0
  chunks = 0

  readonly probe = {
    received: () => this.requests,
    answering: () => this.open,
    sent: () => this.chunks,
  }

  readonly watch =
    (service: Service): Service =>
    (request, call) => {
      const counter = this
      return (async function* () {
        counter.requests++
        counter.open++
        try {
          yield* service(request, call)
        } finally {
          counter.open--
        }
      })()
    }
}

/** A service that answers with these parts. */
export function answering(
  answer: (request: ModelRequest, modelId: string) => string | readonly AssistantPart[],
  stopReason?: StopReason,
): Service {
  return async function* (request, { modelId }) {
    const said = answer(request, modelId)
    const content: readonly AssistantPart[] = typeof said === 'string' ? [{ type: 'text', text: said }] : said
    // Real time passes between two pieces, so that callers can get into each other's way.
    await new Promise((resolve) => setTimeout(resolve, 1))
    yield* scriptedModel([{ content, ...(stopReason && { stopReason }) }]).stream(request)
  }
}

/** A service that says this much and then fails. */
function failing(fail: () => Error | undefined, text = ''): Service {
  return async function* () {
    if (text !== '') yield { type: 'text-delta', text }
    const error = fail()
    if (error) throw error
  }
}

const callOf = (id: string, text = 'ping'): AssistantPart => ({ type: 'tool-call', id, name: 'echo', input: { text } })

export const lastText = ({ messages }: ModelRequest): string =>
  (messages.at(-1)?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')

const hasResults = ({ messages }: ModelRequest) => messages.some(({ role }) => role === 'tool')

/** Calls the tool that it is offered once, and greets otherwise. */
export const plain = answering((request) =>
  request.tools?.some((tool) => 'name' in tool) && request.toolChoice !== 'none' && !hasResults(request)
    ? [callOf('1')]
    : 'Hello there, good to see you.',
)

/** Makes these parts of the first question, and wants them and their results in the second one. */
const thenDone = (parts: readonly AssistantPart[], stopReason?: StopReason): Service =>
  async function* (request, call) {
    const earlier = request.messages.find(({ role }) => role === 'assistant')
    if (!earlier) return yield* answering(() => parts, stopReason)(request, call)
    const results = request.messages.flatMap(({ content }) => content.filter(({ type }) => type === 'tool-result'))
    const calls = parts.filter(({ type }) => type === 'tool-call')
    if (JSON.stringify(earlier.content) !== JSON.stringify(parts) || results.length < calls.length) {
      throw new AgentError('invalid-request', 'The history is not what was said.')
    }
    yield* answering(() => 'Done.')(request, call)
  }

const recite = answering((request) => {
  const texts: string[] = []
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('text' in value && typeof value.text === 'string' && 'type' in value) texts.push(value.text)
    for (const inner of Object.values(value)) collect(inner)
  }
  collect(request.system)
  collect(request.messages)
  return texts.join('\n')
})

/** The answer as bytes of UTF-8, one at a time. */
const bytewise: Service = async function* (request) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for (const byte of new TextEncoder().encode(lastText(request))) {
    const text = decoder.decode(Uint8Array.of(byte), { stream: true })
    if (text !== '') yield { type: 'text-delta', text }
  }
  yield { type: 'part-end' }
  yield modelEnd
}

export const modelEnd: ModelEvent = {
  type: 'model-end',
  stopReason: 'end',
  providerStopReason: 'stop',
  usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
}

/** An answer of nine events that is cut one event later each time. */
function truncated(): Service {
  let round = 0
  return async function* (request, call) {
    let left = round++ % 8
    for await (const event of answering(() => 'A text long enough to be cut in eight places and more.')(
      request,
      call,
    )) {
      if (left-- === 0) return
      yield event
    }
  }
}

const stalled: Service = async function* (_request, { signal }) {
  yield { type: 'text-delta', text: 'One two ' }
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
}

const failed = (code: string, retryable: boolean, retryAfterMs?: number) =>
  failing(() => new AgentError(code, 'So says the service.', { retryable, ...(retryAfterMs && { retryAfterMs }) }))

const malformed: AssistantPart = { type: 'tool-call', id: '1', name: 'echo', input: {}, malformedInput: '{"text":' }

export const services: { readonly [Name in Exclude<ScenarioName, 'endless'>]: () => Service } = {
  echo: () => answering(lastText),
  bytewise: () => bytewise,
  recite: () => recite,
  'names-model': () => answering((_request, modelId) => modelId),
  output: () => answering(() => '{"greeting":"Hello."}'),
  reasoning: () =>
    thenDone([
      { type: 'reasoning', text: 'Hm.', signature: 'c2ln' },
      { type: 'text', text: 'Hello.' },
    ]),
  length: () => answering(() => 'And so it goes', 'length'),
  'stop-sequence': () => answering(() => 'One, two', 'stop-sequence'),
  filtered: () => answering(() => 'I cannot say', 'filtered'),
  'no-call': () => answering(() => 'I know that myself.'),
  'many-calls': () => thenDone([callOf('1', 'a'), callOf('2', 'b'), callOf('3', 'c')]),
  'no-arguments': () => thenDone([{ type: 'tool-call', id: '1', name: 'echo', input: {} }]),
  'malformed-call': () => thenDone([malformed]),
  'cut-call': () => answering(() => [malformed], 'length'),
  truncated,
  broken: () => failing(() => new SyntaxError('Unexpected token'), 'One two '),
  'fails-midway': () => failing(() => new AgentError('model-failed', 'Oh no.', { retryable: true }), 'One two '),
  stalled: () => stalled,
  throttled: () => failed('throttled', true, 1500),
  unavailable: () => failed('unavailable', true),
  'access-denied': () => failed('access-denied', false),
  'no-such-model': () => failed('invalid-model', false),
  'bad-request': () => failed('invalid-request', false),
  'context-overflow': () => failed('context-overflow', false),
  unreachable: () => failed('network', true),
}

/** A text without end that counts each piece. */
export function endless(counter: Counter): Service {
  return async function* (_request, { signal }) {
    while (!signal.aborted) {
      counter.chunks++
      yield { type: 'text-delta', text: 'and on ' }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** The reference model with every scenario there is. */
export function everyScenario(): Required<Pick<CheckModelOptions, 'scenarios' | 'service' | 'secrets'>> & {
  readonly model: ReturnType<typeof referenceModel>
} {
  const counter = new Counter()
  const scenarios = Object.entries(services).map(([name, make]) => {
    const seen = new Counter()
    return [name, { model: referenceModel(seen.watch(make())), service: seen.probe }]
  })
  const running = new Counter()
  return {
    model: referenceModel(counter.watch(plain)),
    service: counter.probe,
    secrets: ['top-secret'],
    scenarios: {
      ...(Object.fromEntries(scenarios) as ModelScenarios),
      endless: { model: referenceModel(running.watch(endless(running))), service: running.probe },
    },
  }
}
