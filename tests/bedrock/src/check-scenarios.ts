import type { BedrockLocal, Fault, ReplyFunction, ReplyParts, WireBlock, WireStreamEvent } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockModel } from '@x/provider-bedrock'
import type { CheckModelOptions, ModelScenarios, ScenarioName, ServiceProbe } from '@x/types/testing'
import { startByteProxy } from './byte-proxy.js'

/** A model and what the conformance kit needs to check it. */
export interface Wires extends AsyncDisposable {
  readonly options: CheckModelOptions
  readonly model: BedrockModel
}

/**
 * The kit's options for the model that `modelAt` makes for an endpoint: each scenario has an endpoint of its own, with
 * its replies and faults. Converse answers with one body, so that what can only happen to a stream is left out there.
 */
export async function checkScenarios(modelAt: (endpoint: string) => BedrockModel, streaming: boolean): Promise<Wires> {
  const started: AsyncDisposable[] = []
  const open = async (reply: ReplyFunction, rules = true) => {
    const local = await startBedrockLocal({ reply, rules })
    started.push(local)
    return local
  }
  const scenarios: { [Name in ScenarioName]?: NonNullable<ModelScenarios[Name]> } = {}
  for (const [name, reply] of Object.entries(replies) as [ScenarioName, ReplyFunction][]) {
    if (!streaming && ofStreams.includes(name)) continue
    // The service would refuse a megabyte as too long, and ids that it does not know.
    const local = await open(reply, name !== 'echo' && name !== 'names-model')
    scenarios[name] = { model: modelAt(local.url), service: probeOf(local) }
  }
  const echoing = await open(replies.echo)
  const proxy = await startByteProxy(echoing.port)
  started.push(proxy)
  scenarios.bytewise = { model: modelAt(proxy.url) }
  if (streaming) {
    const counter = { sent: 0 }
    const local = await open(() => ({ events: endless(counter) }))
    scenarios.endless = { model: modelAt(local.url), service: { ...probeOf(local), sent: () => counter.sent } }
  }
  const gone = await startBedrockLocal()
  await gone.close()
  scenarios.unreachable = { model: modelAt(gone.url) }
  const local = await open(plain)
  return {
    model: modelAt(local.url),
    options: { scenarios, service: probeOf(local), secrets: ['a-secret-access-key'] },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((one) => one[Symbol.asyncDispose]()))
    },
  }
}

const ofStreams: readonly string[] = ['malformed-call', 'endless']

function probeOf(local: BedrockLocal): ServiceProbe {
  return {
    received: () => local.requests.length,
    answering: () => local.requests.filter(({ outcome }) => outcome === undefined).length,
  }
}

type Body = Parameters<ReplyFunction>[0]['body']

const call = (inputText: string, toolUseId: string): WireBlock => ({ toolUse: { toolUseId, name: 'echo', inputText } })
const ping = call('{"text":"ping"}', 't1')

const plain: ReplyFunction = ({ body }) => ({
  content: body.toolConfig && !resultsIn(body) ? [ping] : [{ text: 'Hello there' }],
  deltaLength: 4,
})

const answer = (parts: ReplyParts) => () => parts
const begun = { content: [{ text: 'One two three four' }], deltaLength: 4 }
const struck = (fault: Fault) => answer({ ...begun, fault })
const refused = (status: number, error: string, message: string) =>
  answer({ fault: { type: 'http', status, error, message, ...(status === 429 && { retryAfterSeconds: 2 }) } })
const thought = { reasoningContent: { reasoningText: { text: 'They want a greeting.', signature: 'c2lnbmVk' } } }

const replies = {
  echo: ({ body }) => lastText(body),
  recite: ({ body }) => textsIn([body.system, body.messages]).join('\n'),
  'names-model': ({ modelId }) => modelId,
  output: answer({ content: [{ text: '{"greeting": "Hello."}' }] }),
  reasoning: afterwards({ content: [thought, { text: 'Hello.' }] }, ({ messages = [] }) =>
    JSON.stringify(messages[1]?.content).includes(JSON.stringify(thought)),
  ),
  length: answer({ content: [{ text: 'And so it goes' }], stopReason: 'max_tokens' }),
  'stop-sequence': answer({ content: [{ text: 'One, two' }], stopReason: 'stop_sequence' }),
  filtered: answer({ content: [{ text: 'I cannot' }], stopReason: 'content_filtered' }),
  'no-call': answer({ content: [{ text: 'I know that myself.' }] }),
  'many-calls': afterwards(
    { content: [{ text: 'Three at once.' }, ping, call('{"text":"b"}', 't2'), call('{"text":"c"}', 't3')] },
    (body) => resultsIn(body) === 3,
  ),
  // A whole reply holds JSON in that place, a stream no text at all.
  'no-arguments': (request, context) => {
    const silent = request.operation === 'Converse' ? call('{}', 't1') : call('', 't1')
    return afterwards({ content: [silent] }, (body) => resultsIn(body) === 1)(request, context)
  },
  'malformed-call': afterwards({ content: [call('{"text": "pi', 't1')] }, (body) => resultsIn(body) === 1),
  'cut-call': answer({ content: [call('{"text": "pi', 't1')], stopReason: 'max_tokens' }),
  truncated: truncated(),
  broken: struck({ type: 'corrupt', afterFrames: 3 }),
  'fails-midway': struck({
    ...{ type: 'exception', error: 'ModelStreamErrorException', message: 'The model failed.', afterFrames: 3 },
  }),
  stalled: struck({ type: 'stall', afterFrames: 3 }),
  throttled: refused(429, 'ThrottlingException', 'Too many requests, please wait before trying again.'),
  unavailable: refused(503, 'ServiceUnavailableException', 'The service is unavailable.'),
  'access-denied': refused(403, 'AccessDeniedException', 'You are not authorized to perform this action.'),
  'no-such-model': refused(400, 'ValidationException', 'The provided model identifier is invalid.'),
  'bad-request': refused(400, 'ValidationException', 'The value at toolConfig is not valid.'),
  'context-overflow': refused(400, 'ValidationException', 'Input is too long for requested model.'),
} satisfies { readonly [Name in ScenarioName]?: ReplyFunction }

/** Answers the first question so; asked again it wants to see that the history is whole. */
function afterwards(first: ReplyParts, isWhole: (body: Body) => boolean): ReplyFunction {
  return ({ body }) => {
    if (!body.messages?.some(({ role }) => role === 'assistant')) return first
    const message = 'The history is not what was said.'
    return isWhole(body) ? 'Done.' : refused(400, 'ValidationException', message)()
  }
}

/** Broken in another way and one frame later each time. */
function truncated(): ReplyFunction {
  let round = 0
  return () => {
    const type = (['cut', 'reset', 'end'] as const)[round % 3] ?? 'cut'
    return { ...begun, fault: { type, afterFrames: round++ % 7 } }
  }
}

async function* endless(counter: { sent: number }): AsyncGenerator<WireStreamEvent> {
  yield { messageStart: { role: 'assistant' } }
  for (;;) {
    counter.sent++
    yield { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'and on and on '.repeat(100) } } }
  }
}

function resultsIn({ messages = [] }: Body): number {
  return messages.flatMap(({ content }) => content.filter(({ toolResult }) => toolResult)).length
}

function lastText({ messages = [] }: Body): string {
  return (messages.at(-1)?.content ?? []).map(({ text = '' }) => text).join('')
}

/** Every member called `text`, in the order in which it stands. */
function textsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'text' && typeof member === 'string' ? [member] : textsIn(member),
  )
}
