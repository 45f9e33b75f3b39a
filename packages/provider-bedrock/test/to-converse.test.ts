import type { ModelRequest } from '@x/types'
import { describe, expect, it } from 'vitest'
import { toConverse } from '../src/to-converse.js'

const modelId = 'us.anthropic.claude-sonnet-4-6'
const messages: ModelRequest['messages'] = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]
const wireMessages = [{ role: 'user', content: [{ text: 'hi' }] }]
const called: ModelRequest['messages'] = [
  ...messages,
  { role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 'add', input: {} }] },
  { role: 'tool', content: [{ type: 'tool-result', id: '1', content: [{ type: 'text', text: '3' }] }] },
]
const inputSchema = { type: 'object', properties: {} }
const add = { name: 'add', inputSchema }
const wireAdd = { toolSpec: { name: 'add', inputSchema: { json: inputSchema } } }

describe('toConverse', () => {
  it('asks for nothing that was not asked for', () => {
    expect(toConverse({ modelId, stopSequences: [] }, { messages, system: [], tools: [] })).toEqual({
      modelId,
      messages: wireMessages,
    })
  })

  it('sends the whole config', () => {
    const input = toConverse(
      {
        modelId,
        maxTokens: 5,
        temperature: 0,
        topP: 0.5,
        stopSequences: ['END'],
        additionalRequestFields: { thinking: { type: 'adaptive' } },
        additionalResponseFieldPaths: ['/stop_sequence'],
      },
      { messages },
    )

    expect(input).toEqual({
      modelId,
      messages: wireMessages,
      inferenceConfig: { maxTokens: 5, temperature: 0, topP: 0.5, stopSequences: ['END'] },
      additionalModelRequestFields: { thinking: { type: 'adaptive' } },
      additionalModelResponseFieldPaths: ['/stop_sequence'],
    })
  })

  it('sends every kind of system part', () => {
    const { system } = toConverse(
      { modelId },
      {
        messages,
        system: [
          { type: 'text', text: 'Be brief.' },
          { type: 'text', text: ' ' },
          { type: 'guard-content', content: { type: 'text', text: 'g' } },
          { type: 'cache-point' },
          { type: 'provider', provider: 'aws.bedrock', value: { text: 'p' } },
          { type: 'provider', provider: 'openai', value: { text: 'o' } },
        ],
      },
    )

    expect(system).toEqual([
      { text: 'Be brief.' },
      { guardContent: { text: { text: 'g' } } },
      { cachePoint: { type: 'default' } },
      { text: 'p' },
    ])
  })

  it('sends tools of every kind', () => {
    const { toolConfig } = toConverse(
      { modelId },
      {
        messages,
        tools: [
          { ...add, description: 'Adds', strict: true },
          { ...add, name: 'blank', description: ' ' },
          { type: 'provider', provider: 'aws.bedrock', value: { systemTool: { name: 'nova_grounding' } } },
          { type: 'provider', provider: 'openai', value: { web_search: {} } },
          { type: 'cache-point', ttl: '1h' },
        ],
      },
    )

    expect(toolConfig).toEqual({
      tools: [
        { toolSpec: { name: 'add', description: 'Adds', inputSchema: { json: inputSchema }, strict: true } },
        { toolSpec: { name: 'blank', inputSchema: { json: inputSchema } } },
        { systemTool: { name: 'nova_grounding' } },
        { cachePoint: { type: 'default', ttl: '1h' } },
      ],
    })
  })

  it.each([
    [undefined, undefined],
    ['auto', { auto: {} }],
    ['any', { any: {} }],
    [{ tool: 'add' }, { tool: { name: 'add' } }],
  ] as const)('makes tool choice %j %j', (toolChoice, expected) => {
    const { toolConfig } = toConverse({ modelId }, { messages, tools: [add], ...(toolChoice && { toolChoice }) })

    expect(toolConfig).toEqual({ tools: [wireAdd], ...(expected && { toolChoice: expected }) })
  })

  it('leaves the tools out when none may be called, unless the history holds calls', () => {
    const request = { tools: [add], toolChoice: 'none' } as const

    expect(toConverse({ modelId }, { ...request, messages })).not.toHaveProperty('toolConfig')
    expect(toConverse({ modelId }, { ...request, messages: called }).toolConfig).toEqual({ tools: [wireAdd] })
  })

  it('declares the tools that the history names when no tools are given', () => {
    const open = { tools: [{ toolSpec: { name: 'add', inputSchema: { json: { type: 'object' } } } }] }

    expect(toConverse({ modelId }, { messages: [...called, ...called] }).toolConfig).toEqual(open)
    expect(toConverse({ modelId }, { messages: called, tools: [{ type: 'cache-point' }] }).toolConfig).toEqual(open)
    expect(toConverse({ modelId }, { messages, tools: [{ type: 'cache-point' }] })).not.toHaveProperty('toolConfig')
  })

  it('asks for output of a schema by the service’s own means', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    const output = { name: 'answer', schema, description: 'An answer' }

    expect(toConverse({ modelId }, { messages, output }).outputConfig).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { schema: JSON.stringify(schema), name: 'answer', description: 'An answer' } },
      },
    })
  })
})
