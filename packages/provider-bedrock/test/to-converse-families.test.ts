import type { AssistantMessage, ModelRequest } from '@x/types'
import { describe, expect, it } from 'vitest'
import { planCachePoints } from '../src/plan-cache-points.js'
import { streamsAnswer } from '../src/streams-answer.js'
import { toConverse } from '../src/to-converse.js'

const source = { type: 'base64', base64: 'AAE=' } as const
const bytes = Buffer.from([0, 1])
const claude = 'us.anthropic.claude-sonnet-4-6'

/** A turn after a failed tool call that a document comes with; the assistant's thoughts are of `author`. */
const requestBy = (author: string): ModelRequest => ({
  system: [{ type: 'text', text: 'Be brief.' }],
  tools: [{ name: 'read', inputSchema: { type: 'object' } }],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Read it.' }] },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'hm', signature: 'sig' },
        { type: 'reasoning', redacted: 'AAE=' },
        { type: 'tool-call', id: 't1', name: 'read', input: { page: 1 } },
      ],
      model: { provider: 'aws.bedrock', modelId: author },
    } satisfies AssistantMessage,
    {
      role: 'tool',
      content: [{ type: 'tool-result', id: 't1', content: [{ type: 'text', text: 'no' }], isError: true }],
    },
    {
      role: 'user',
      content: [
        { type: 'document', name: 'a', format: 'pdf', source },
        { type: 'text', text: 'Here.' },
      ],
    },
  ],
})

const wireThoughts = [
  { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
  { reasoningContent: { redactedContent: bytes } },
]
const wireCall = { toolUse: { toolUseId: 't1', name: 'read', input: { page: 1 } } }
const wireResult = { toolResult: { toolUseId: 't1', content: [{ text: 'no' }], status: 'error' } }
const spokenResult = { toolResult: { toolUseId: 't1', content: [{ text: 'The tool failed.' }, { text: 'no' }] } }
const wireDocument = [{ document: { name: 'a', format: 'pdf', source: { bytes } } }, { text: 'Here.' }]
const wireTool = { toolSpec: { name: 'read', inputSchema: { json: { type: 'object' } } } }
const wirePoint = { cachePoint: { type: 'default' } }
const apart = [
  { role: 'user', content: [wireResult] },
  { role: 'assistant', content: [{ text: '.' }] },
  { role: 'user', content: wireDocument },
]

/** All that is sent for the same request, with caching and reasoning asked for where there is any. */
const bodies: readonly (readonly [modelId: string, config: object, body: object, streams: boolean])[] = [
  [
    claude,
    { cache: 'auto', reasoning: { effort: 'high' } },
    {
      system: [{ text: 'Be brief.' }, wirePoint],
      toolConfig: { tools: [wireTool, wirePoint] },
      messages: [
        { role: 'user', content: [{ text: 'Read it.' }, wirePoint] },
        { role: 'assistant', content: [...wireThoughts, wireCall] },
        ...apart.slice(0, 2),
        { role: 'user', content: [...wireDocument, wirePoint] },
      ],
      additionalModelRequestFields: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    },
    true,
  ],
  [
    'us.amazon.nova-2-lite-v1:0',
    { cache: 'auto', reasoning: { effort: 'low' } },
    {
      system: [{ text: 'Be brief.' }, wirePoint],
      toolConfig: { tools: [wireTool] },
      messages: [
        { role: 'user', content: [{ text: 'Read it.' }, wirePoint] },
        { role: 'assistant', content: [...wireThoughts, wireCall] },
        { role: 'user', content: [wireResult, ...wireDocument] },
      ],
      additionalModelRequestFields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
    },
    true,
  ],
  [
    'us.meta.llama4-maverick-17b-instruct-v1:0',
    { cache: 'auto' },
    {
      system: [{ text: 'Be brief.' }],
      toolConfig: { tools: [wireTool] },
      messages: [
        { role: 'user', content: [{ text: 'Read it.' }] },
        { role: 'assistant', content: [...wireThoughts, wireCall] },
        ...apart,
      ],
    },
    false,
  ],
  [
    'mistral.mistral-large-3-675b-instruct',
    { cache: 'auto' },
    {
      system: [{ text: 'Be brief.' }],
      toolConfig: { tools: [wireTool] },
      messages: [
        { role: 'user', content: [{ text: 'Read it.' }] },
        { role: 'assistant', content: [...wireThoughts, wireCall] },
        ...apart,
      ],
    },
    false,
  ],
  [
    'deepseek.v3.2',
    { cache: 'auto' },
    {
      system: [{ text: 'Be brief.' }],
      toolConfig: { tools: [wireTool] },
      messages: [
        { role: 'user', content: [{ text: 'Read it.' }] },
        { role: 'assistant', content: [wireCall] },
        { role: 'user', content: [wireResult, ...wireDocument] },
      ],
    },
    true,
  ],
  [
    'openai.gpt-oss-120b-1:0',
    { cache: 'auto', reasoning: { effort: 'medium' } },
    {
      system: [{ text: 'Be brief.' }],
      toolConfig: { tools: [wireTool] },
      messages: [
        { role: 'user', content: [{ text: 'Read it.' }] },
        { role: 'assistant', content: [...wireThoughts, wireCall] },
        { role: 'user', content: [wireResult, ...wireDocument] },
      ],
      additionalModelRequestFields: { reasoning_effort: 'medium' },
    },
    true,
  ],
  [
    'qwen.qwen3-32b-v1:0',
    { cache: 'auto', reasoning: { effort: 'low' } },
    {
      system: [{ text: 'Be brief.' }],
      toolConfig: { tools: [wireTool] },
      messages: [
        { role: 'user', content: [{ text: 'Read it.' }] },
        { role: 'assistant', content: [...wireThoughts, wireCall] },
        { role: 'user', content: [wireResult, ...wireDocument] },
      ],
      additionalModelRequestFields: { reasoning_config: 'low' },
    },
    true,
  ],
  [
    'us.writer.palmyra-x5-v1:0',
    { cache: 'auto' },
    {
      system: [{ text: 'Be brief.' }],
      toolConfig: { tools: [wireTool] },
      messages: [
        { role: 'user', content: [{ text: 'Read it.' }] },
        { role: 'assistant', content: [...wireThoughts, wireCall] },
        { role: 'user', content: [spokenResult] },
        ...apart.slice(1),
      ],
    },
    false,
  ],
]

function sent(modelId: string, config: object, author = modelId) {
  const whole = { modelId, ...config }
  const request = requestBy(author)
  return toConverse(whole, planCachePoints(whole, request)?.request ?? request)
}

describe('toConverse, family by family', () => {
  it.each(bodies)('sends %s what it takes', (modelId, config, body, streams) => {
    const input = sent(modelId, config)

    expect(input).toEqual({ modelId, ...body })
    expect(streamsAnswer({ modelId }, input.toolConfig)).toBe(streams)
  })

  it.each(bodies)('sends an ARN that is stated to hold %s the same', (modelId, config, body) => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr'

    expect(sent(arn, { ...config, family: modelId })).toEqual({ modelId: arn, ...body })
  })

  it.each(bodies)('leaves out for %s the reasoning of another family', (modelId, config) => {
    const author = modelId === claude ? 'amazon.nova-2-lite-v1:0' : claude
    const assistant = sent(modelId, config, author).messages?.find(({ role }) => role === 'assistant')

    expect(assistant?.content).toEqual([wireCall])
  })

  it('sends reasoning back unchanged to another model of the family that wrote it', () => {
    const assistant = sent(claude, {}, 'eu.anthropic.claude-haiku-4-5-20251001-v1:0').messages?.[1]

    expect(assistant?.content).toEqual([...wireThoughts, wireCall])
  })

  it('sends the <thinking> text of Nova v1 as the text that it is', () => {
    const content = [{ type: 'text', text: '<thinking>hm</thinking>\n\nyes' }] as const
    const model = { provider: 'aws.bedrock', modelId: 'amazon.nova-lite-v1:0' }
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', content, model },
      { role: 'user', content: [{ type: 'text', text: 'so?' }] },
    ] as const

    expect(toConverse({ modelId: 'amazon.nova-lite-v1:0' }, { messages }).messages?.[1]?.content).toEqual([
      { text: '<thinking>hm</thinking>\n\nyes' },
    ])
  })
})
