import assert from 'node:assert/strict'
import { startBedrockLocal } from '@x/bedrock-local'

export const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'

/** The endpoint's own stand-in answers this with two calls at once, then a calculation, then {@link finalText}. */
export const question = 'How much warmer is it in Lisbon than in Oslo?'

/** In the order in which the stand-in asks for them. */
export const expectedCalls = [
  { name: 'get_weather', input: { city: 'Lisbon' } },
  { name: 'get_weather', input: { city: 'Oslo' } },
  { name: 'calculator', input: { expression: '21 - (-4)' } },
]

export const finalText = 'The difference is 25.\n\n- Lisbon: celsius 21, sky clear\n- Oslo: celsius -4, sky snow'

/** Two tools, which each client wraps in its own way, and the calls that reached them. */
export function makeTools() {
  const calls = []
  const recorded = (name, run) => (input) => {
    calls.push({ name, input })
    return run(input)
  }
  return {
    calls,
    weather: {
      name: 'get_weather',
      description: 'The weather in a city now: temperature in Celsius and sky.',
      run: recorded('get_weather', ({ city }) => ({ city, ...skies[city] })),
    },
    calculator: {
      name: 'calculator',
      description: 'Evaluates an arithmetic expression.',
      run: recorded('calculator', ({ expression }) => (expression === '21 - (-4)' ? 25 : `cannot read ${expression}`)),
    },
  }
}

const skies = { Lisbon: { celsius: 21, sky: 'clear' }, Oslo: { celsius: -4, sky: 'snow' } }

/** Runs `use` against an endpoint of its own. */
export async function withLocal(options, use) {
  const local = await startBedrockLocal(options)
  try {
    return await use(local)
  } finally {
    await local.close()
  }
}

/** One turn that reasons and calls both tools at once, and then a text. */
export const reasonedReplies = [
  {
    content: [
      { reasoningContent: { reasoningText: { text: 'Both tools are needed here.', signature: 'c2lnbmF0dXJl' } } },
      { toolUse: { toolUseId: 'tooluse_weather', name: 'get_weather', input: { city: 'Oslo' } } },
      { toolUse: { toolUseId: 'tooluse_sum', name: 'calculator', input: { expression: '21 - (-4)' } } },
    ],
    usage: { inputTokens: 120, outputTokens: 40, cacheReadInputTokens: 1000, cacheWriteInputTokens: 200 },
  },
  { content: [{ text: 'Snow, and 25.' }], usage: { inputTokens: 30, outputTokens: 5, cacheReadInputTokens: 1200 } },
]

/** The first request is refused, the next one answered. */
export const throttledReplies = [
  { fault: { type: 'http', status: 429, error: 'ThrottlingException', message: 'Too many requests.' } },
  'Here I am.',
]

/** The stream breaks after its start and two words; whoever asks again gets a whole answer, which must not happen. */
export const brokenReplies = [
  {
    content: [{ text: 'This answer is lost.' }],
    fault: { type: 'exception', error: 'ModelStreamErrorException', message: 'The model broke off.', afterFrames: 3 },
  },
  'A second answer.',
]
export const wordsBeforeBreak = 'This answer'

/** The endpoint's view of a loop in which nothing went wrong: what was asked, and every call answered in the next turn. */
export function assertLoop(local, { turns, httpVersion }) {
  const whole = {
    operation: 'ConverseStream',
    path: `/model/${encodeURIComponent(modelId)}/converse-stream`,
    httpVersion,
    status: 200,
    outcome: 'whole',
  }
  assert.deepEqual(local.requests.map(factsOf), Array(turns).fill(whole))
  const { messages } = local.requests.at(-1).body
  const roles = Array.from({ length: 2 * turns - 1 }, (_, index) => (index % 2 === 0 ? 'user' : 'assistant'))
  assert.deepEqual(
    messages.map(({ role }) => role),
    roles,
  )
  for (const [index, { role, content }] of messages.entries()) {
    if (role === 'user') continue
    const callIds = content.flatMap(({ toolUse }) => toolUse?.toolUseId ?? [])
    const answered = messages[index + 1].content.map(({ toolResult }) => toolResult?.toolUseId)
    assert.ok(callIds.length > 0)
    assert.deepEqual(answered, callIds)
  }
}

/** Asked twice: refused, then answered. */
export function assertRetried(local) {
  const asked = local.requests.map(({ operation, status, outcome }) => [operation, status, outcome])
  assert.deepEqual(asked, [
    ['ConverseStream', 429, 'refused'],
    ['ConverseStream', 200, 'whole'],
  ])
}

/** What the endpoint reported over all requests, `{ inputTokens, outputTokens, totalTokens }`. */
export function reportedUsage(local) {
  return local.requests.map(({ usage }) => usage).reduce(addUsage)
}

/** Adds the counts that both have. */
export function addUsage(left, right) {
  return Object.fromEntries(Object.entries(left).map(([name, count]) => [name, count + right[name]]))
}

function factsOf({ operation, path, headers, status, outcome }) {
  // HTTP/2 names its host in a pseudo-header, which the endpoint does not record.
  return { operation, path, httpVersion: 'host' in headers ? '1.1' : '2', status, outcome }
}
