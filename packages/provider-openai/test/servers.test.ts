import type { AssistantPart, ModelEvent, ModelRequest } from '@x/types'
import { foldEvents, isAgentError } from '@x/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dialect } from '../src/index.js'
import { openai } from '../src/index.js'

interface Sample {
  readonly dialect: Dialect
  readonly stream: string
  readonly content: readonly AssistantPart[]
  readonly stopReason: string
}

const lines = (...texts: readonly string[]) => `${texts.join('\n\n')}\n\n`

/** Written by hand after the sources and documents of each server, with its oddities side by side. */
const samples: Readonly<Record<string, Sample>> = {
  'OpenAI, with a call and obfuscation': {
    dialect: 'openai',
    stream: lines(
      'data: {"id":"chatcmpl-A","object":"chat.completion.chunk","model":"gpt-5.1","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_A","type":"function","function":{"name":"echo","arguments":""}}],"refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"ab"}',
      'data: {"id":"chatcmpl-A","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"text\\":\\"p"}}]},"finish_reason":null}],"usage":null,"obfuscation":"c"}',
      'data: {"id":"chatcmpl-A","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"ing\\"}"}}]},"finish_reason":null}],"usage":null,"obfuscation":""}',
      'data: {"id":"chatcmpl-A","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}',
      'data: {"id":"chatcmpl-A","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0}}}',
      'data: [DONE]',
    ),
    content: [{ type: 'tool-call', id: 'call_A', name: 'echo', input: { text: 'ping' } }],
    stopReason: 'tool-use',
  },
  'Ollama, with thoughts and a whole call whose reason is stop': {
    dialect: 'ollama',
    stream: lines(
      'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"qwen3:8b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"Grüße"},"finish_reason":null}]}',
      'data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[{"id":"call_x","index":0,"type":"function","function":{"name":"echo","arguments":"{\\"text\\":\\"🙂\\"}"}}]},"finish_reason":null}]}',
      'data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}',
      'data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8}}',
      'data: [DONE]',
    ),
    content: [
      { type: 'reasoning', text: 'Grüße' },
      { type: 'tool-call', id: 'call_x', name: 'echo', input: { text: '🙂' } },
    ],
    stopReason: 'tool-use',
  },
  'vLLM, with interleaved calls and CRLF': {
    dialect: 'vllm',
    stream: lines(
      ': ping',
      'data: {"id":"chatcmpl-v","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}',
      'data: {"id":"chatcmpl-v","choices":[{"index":0,"delta":{"reasoning":"Hm","reasoning_content":"Hm"},"finish_reason":null}]}',
      'data: {"id":"chatcmpl-v","choices":[{"index":0,"delta":{"tool_calls":[{"id":"chatcmpl-tool-1","type":"function","index":0,"function":{"name":"echo","arguments":"{\\"text\\""}}]},"finish_reason":null}]}',
      'data: {"id":"chatcmpl-v","choices":[{"index":0,"delta":{"tool_calls":[{"id":"chatcmpl-tool-2","type":"function","index":1,"function":{"name":"echo","arguments":"{"}}]},"finish_reason":null}]}',
      'data: {"id":"chatcmpl-v","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":\\"a\\"}"}},{"index":1,"function":{"arguments":"}"}}]},"finish_reason":null}]}',
      'data: {"id":"chatcmpl-v","choices":[{"index":0,"delta":{"content":""},"finish_reason":"tool_calls","stop_reason":null}]}',
      'data: {"id":"chatcmpl-v","choices":[],"usage":{"prompt_tokens":5,"total_tokens":8,"completion_tokens":3,"prompt_tokens_details":null}}',
      'data: [DONE]',
    ).replaceAll('\n', '\r\n'),
    content: [
      { type: 'reasoning', text: 'Hm' },
      { type: 'tool-call', id: 'chatcmpl-tool-1', name: 'echo', input: { text: 'a' } },
      { type: 'tool-call', id: 'chatcmpl-tool-2', name: 'echo', input: {} },
    ],
    stopReason: 'tool-use',
  },
  'llama.cpp, cut off at its limit, with the last line break missing': {
    dialect: 'llama.cpp',
    stream: lines(
      'data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1,"id":"chatcmpl-l","model":"m","object":"chat.completion.chunk"}',
      'data: {"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"Hm"}}],"id":"chatcmpl-l"}',
      'data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Once"}}],"id":"chatcmpl-l"}',
      'data: {"choices":[{"finish_reason":"length","index":0,"delta":{}}],"id":"chatcmpl-l"}',
      'data: {"choices":[],"id":"chatcmpl-l","usage":{"completion_tokens":2,"prompt_tokens":5,"total_tokens":7},"timings":{"prompt_n":5}}',
      'data: [DONE]',
    ).trimEnd(),
    content: [
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'Once' },
    ],
    stopReason: 'length',
  },
  'Bedrock, with thoughts in a tag': {
    dialect: 'bedrock',
    stream: lines(
      'data: {"choices":[{"delta":{"content":"","role":"assistant"},"finish_reason":null,"index":0}],"created":0,"id":"chatcmpl-b","model":"openai.gpt-oss-20b-1:0","object":"chat.completion.chunk","service_tier":"auto"}',
      'data: {"choices":[{"delta":{"content":"<reasoning>The user"},"finish_reason":null,"index":0}]}',
      'data: {"choices":[{"delta":{"content":" greets.</reason"},"finish_reason":null,"index":0}]}',
      'data: {"choices":[{"delta":{"content":"ing>Hello 你好"},"finish_reason":null,"index":0}]}',
      'data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}]}',
      'data: {"choices":[],"usage":{"completion_tokens":2,"prompt_tokens":5,"total_tokens":7}}',
      'data: [DONE]',
    ),
    content: [
      { type: 'reasoning', text: 'The user greets.' },
      { type: 'text', text: 'Hello 你好' },
    ],
    stopReason: 'end',
  },
  'a server that neither says [DONE] nor what it used': {
    dialect: 'compatible',
    stream: lines(
      'data:{"choices":[{"delta":{"content":"<think>Hm</think>"}}]}',
      'data:{"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}',
    ),
    content: [
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'Hi' },
    ],
    stopReason: 'end',
  },
}

const hello: ModelRequest = { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] }

/** A model whose server sends these bytes, cut where told. */
function modelOf(dialect: Dialect, bytes: Uint8Array, cuts: Iterator<number> = [bytes.length].values()) {
  const fetch = async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent >= bytes.length) return controller.close()
        const next = sent + (cuts.next().value ?? bytes.length)
        controller.enqueue(bytes.slice(sent, next))
        sent = next
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  return openai('m', { baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'key', dialect, fetch })
}

async function eventsOf(model: ReturnType<typeof modelOf>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const event of model.stream(hello)) events.push(event)
  return events
}

describe.each(Object.entries(samples))('the stream of %s', (_name, { dialect, stream, content, stopReason }) => {
  const bytes = new TextEncoder().encode(stream)

  it('is read', async () => {
    const fold = foldEvents({ provider: 'openai', modelId: 'm' })
    for (const event of await eventsOf(modelOf(dialect, bytes))) fold.push(event)
    const result = fold.result()
    expect(result.message.content).toEqual(content)
    expect(result.stopReason).toBe(stopReason)
  })

  it('gives the same events however its bytes are cut', async () => {
    const whole = await eventsOf(modelOf(dialect, bytes))
    const property = fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 1, max: 40 })), async (cuts) => {
      expect(await eventsOf(modelOf(dialect, bytes, cuts))).toEqual(whole)
    })
    await fc.assert(property, { numRuns: 30 })
    expect(await eventsOf(modelOf(dialect, bytes, fc.sample(fc.infiniteStream(fc.constant(1)), 1)[0]))).toEqual(whole)
  })

  it('is never taken for whole when it ends before its reason', async () => {
    const reason = bytes.length - new TextEncoder().encode(stream.slice(stream.search(/"finish_reason":"/))).length
    for (let length = 0; length < reason; length += 7) {
      const error = await eventsOf(modelOf(dialect, bytes.slice(0, length))).catch((error: unknown) => error)
      expect(isAgentError(error, 'stream-truncated'), `cut after ${length} bytes: ${error}`).toBe(true)
    }
  })
})
