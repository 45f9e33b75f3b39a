import type { ModelScenario, ModelScenarios } from '@x/types/testing'
import { checkModel, formatReport } from '@x/types/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { OpenAIConfig } from '../src/index.js'
import { openai } from '../src/index.js'
import type { Answer, Asked, FakeServer, Reply } from './server.js'
import { answer, chunk, refuse, serve, sse, sseHeaders } from './server.js'

const secret = 'sk-very-secret-0123456789'

describe.each([{ streaming: true }, { streaming: false }])(
  'checkModel with $streaming as streaming',
  ({ streaming }) => {
    it('passes with every scenario that this wire has', async () => {
      const open: FakeServer[] = []
      const serving = async (reply: Reply) => {
        const server = await serve(reply)
        open.push(server)
        return server
      }
      onTestFinished(() => Promise.all(open.map((server) => server[Symbol.asyncDispose]())).then(() => {}))
      const config: Partial<OpenAIConfig> = { apiKey: secret, streaming, dialect: 'vllm', idleTimeoutMs: 20_000 }
      const modelOn = (server: FakeServer) => openai('small-1', { ...config, baseUrl: server.url })
      const scenarios: Record<string, ModelScenario> = {}
      for (const [name, reply] of Object.entries({ ...replies, ...(streaming ? streamReplies() : {}) })) {
        const server = await serving(reply)
        scenarios[name] = { model: modelOn(server), service: server.probe }
      }
      scenarios.unreachable = { model: openai('small-1', { ...config, baseUrl: 'http://127.0.0.1:1/v1' }) }
      const server = await serving(plain)
      const report = await checkModel(modelOn(server), {
        scenarios: scenarios as ModelScenarios,
        service: server.probe,
        secrets: [secret],
      })
      expect(report.passed, formatReport(report)).toBe(true)
      const skipped = report.checks.filter(({ status }) => status === 'skipped').map(({ name }) => name)
      const streamed = [
        'stops when aborted while it waits',
        'can be left while it waits',
        'says that it failed midway, and keeps what had arrived',
        'never takes a truncated answer for whole',
        'never takes garbage for an answer',
        'brings back every character, byte by byte',
        'does not run ahead of its reader',
      ]
      expect(skipped.filter((name) => streaming || !streamed.includes(name))).toEqual([
        'counts the tokens of a request',
      ])
    }, 120_000)
  },
)

const texts = (asked: Asked) =>
  asked.body.messages.map(({ content }) =>
    typeof content === 'string'
      ? content
      : ((content ?? []) as { text?: string }[]).map(({ text = '' }) => text).join('\n'),
  )
const lastText = (asked: Asked) => texts(asked).at(-1) ?? ''
const hasResults = ({ body }: Asked) => body.messages.some(({ role }) => role === 'tool')
const call = (id: string, text = 'ping') => ({ id, function: { name: 'echo', arguments: JSON.stringify({ text }) } })

const says =
  (make: (asked: Asked) => Answer): Reply =>
  (asked, response) =>
    answer(asked, response, make(asked))

/** Calls the tool it is offered once, speaks JSON where it was told to, and greets otherwise. */
const plain = says((asked) => {
  if (asked.body.tools && asked.body.tool_choice !== 'none' && !hasResults(asked)) return { tool_calls: [call('c1')] }
  return { content: asked.body.response_format ? '{"greeting":"Hello."}' : 'Hello there, good to see you.' }
})

/** Gives this answer first, and wants the results of all its calls. */
const thenDone = (first: Answer): Reply =>
  says((asked) => {
    const before = asked.body.messages.find(({ role }) => role === 'assistant')
    if (!before) return first
    const results = asked.body.messages.filter(({ role }) => role === 'tool').length
    return results === (first.tool_calls?.length ?? 0) ? { content: 'Done.' } : { content: '', finish: 'error' }
  })

const replies: Record<string, Reply> = {
  echo: says((asked) => ({ content: lastText(asked) })),
  recite: says((asked) => ({ content: texts(asked).join('\n') })),
  'names-model': says(({ body }) => ({ content: body.model })),
  output: plain,
  reasoning: says((asked) => {
    const before = asked.body.messages.find(({ role }) => role === 'assistant')
    // vLLM's thoughts are wanted back while tools are being called only; here no tool was.
    return before && 'reasoning' in before ? { finish: 'error' } : { reasoning_content: 'Hm.', content: 'Hello.' }
  }),
  length: says(() => ({ content: 'And so it goes', finish: 'length' })),
  'stop-sequence': (asked, response) => {
    const choice = { index: 0, finish_reason: 'stop', stop_reason: 'three' }
    const json = !asked.body.stream
    response.writeHead(200, json ? { 'content-type': 'application/json' } : sseHeaders)
    const content = 'One, two'
    if (json) response.end(JSON.stringify({ choices: [{ ...choice, message: { content } }] }))
    else response.end(sse(chunk({ content }), { choices: [{ ...choice, delta: {} }] }, '[DONE]'))
  },
  filtered: says(() => ({ content: 'I cannot say', finish: 'content_filter' })),
  'no-call': says(() => ({ content: 'I know that myself.' })),
  'many-calls': thenDone({ tool_calls: [call('c1', 'a'), call('c2', 'b'), call('c3', 'c')] }),
  'no-arguments': thenDone({ tool_calls: [{ id: 'c1', function: { name: 'echo', arguments: '' } }] }),
  'malformed-call': thenDone({ tool_calls: [{ id: 'c1', function: { name: 'echo', arguments: '{"text":' } }] }),
  'cut-call': says(() => ({
    tool_calls: [{ id: 'c1', function: { name: 'echo', arguments: '{"text":"pi' } }],
    finish: 'length',
  })),
  throttled: refuse(429, { message: `Slow down, ${secret}.`, type: 'requests' }, { 'retry-after': '2' }),
  unavailable: refuse(503, { message: 'Overloaded.', type: 'server_error' }),
  'access-denied': refuse(401, { message: `Incorrect API key provided: ${secret}.`, code: 'invalid_api_key' }),
  'no-such-model': refuse(404, { message: 'The model `small-1` does not exist.', code: 'model_not_found' }),
  'bad-request': refuse(400, { message: 'Invalid value.', type: 'invalid_request_error' }),
  'context-overflow': refuse(400, { message: 'Too long.', code: 'context_length_exceeded' }),
}

/** What can only go wrong in a stream. */
function streamReplies(): Record<string, Reply> {
  let round = 0
  const begun =
    (then: Reply): Reply =>
    (asked, response) => {
      response.writeHead(200, sseHeaders)
      response.write(sse(chunk({ role: 'assistant', content: 'One ' }), chunk({ content: 'two ' })))
      return then(asked, response)
    }
  return {
    async bytewise(asked, response) {
      const bytes = Buffer.from(sse(chunk({ content: lastText(asked) }, 'stop'), '[DONE]'))
      response.writeHead(200, sseHeaders)
      response.socket?.setNoDelay(true)
      for (const byte of bytes) {
        response.write(Buffer.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
      response.end()
    },
    async truncated(_asked, response) {
      const words = 'A text long enough to be cut in eight places and more.'.split(/(?<= )/)
      const whole = sse(chunk({ role: 'assistant' }), ...words.map((content) => chunk({ content })))
      const cut = round++
      response.writeHead(200, sseHeaders)
      response.write(whole.slice(0, Math.floor((whole.length * (cut % 8)) / 8)))
      await new Promise((resolve) => setTimeout(resolve, 5))
      // Half of them end as if all were well, the others with the connection.
      if (cut % 2) response.end()
      else response.destroy()
    },
    broken: begun((_asked, response) => response.end('data: {"choices":[{"del\u0000<html>\n\n')),
    'fails-midway': begun((_asked, response) =>
      response.end(sse({ error: { message: 'The server had an error.', type: 'server_error' } })),
    ),
    stalled: begun(() => {}),
    endless: begun(async (_asked, response) => {
      while (!response.destroyed) {
        const more = response.write(sse(chunk({ content: 'and on and on '.repeat(50) })))
        await new Promise((resolve) => {
          if (more) return setImmediate(resolve)
          response.once('drain', resolve)
          response.once('close', resolve)
        })
      }
    }),
  }
}
