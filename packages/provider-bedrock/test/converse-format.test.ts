import type { ModelRequest } from '@x/types'
import { expect, it } from 'vitest'
import { converseFormat } from '../src/converse-format.js'

const config = { modelId: 'us.anthropic.claude-sonnet-4-6', maxTokens: 50 }
const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 }
const request: ModelRequest = {
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image', format: 'png', source: { type: 'base64', base64: 'iVBORw0KGgo=' } },
      ],
    },
  ],
  system: [{ type: 'text', text: 'Be short.' }],
  output: { name: 'answer', schema: { type: 'object', properties: {}, additionalProperties: false } },
}

it('gives the body of a request as JSON, bytes as base64 and without the model id', () => {
  expect(converseFormat(config).toBody(request)).toEqual({
    messages: [
      {
        role: 'user',
        content: [{ text: 'What is it?' }, { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }],
      },
    ],
    system: [{ text: 'Be short.' }],
    inferenceConfig: { maxTokens: 50 },
    outputConfig: {
      textFormat: {
        type: 'json_schema',
        structure: {
          jsonSchema: { name: 'answer', schema: '{"type":"object","properties":{},"additionalProperties":false}' },
        },
      },
    },
  })
})

it('leaves out what only a stream has', () => {
  const guardrail = { id: 'gr1', version: '1', streamProcessingMode: 'async' } as const
  const body = converseFormat({ ...config, guardrail }).toBody(request)
  expect(body.guardrailConfig).toEqual({ guardrailIdentifier: 'gr1', guardrailVersion: '1', trace: 'enabled' })
})

it('checks the request first', () => {
  const broken = { ...request, tools: [{ name: 'no spaces', inputSchema: { type: 'object' } }] }
  expect(() => converseFormat(config).toBody(broken)).toThrow(expect.objectContaining({ code: 'invalid-request' }))
  expect(converseFormat({ ...config, check: 'off' }).toBody(broken)).toHaveProperty('toolConfig')
})

it('reads the body of an answer, where null is nothing', () => {
  const content = [
    { reasoningContent: { redactedContent: 'AAE=' } },
    { text: 'a' },
    { toolUse: { toolUseId: 't1', name: 'f', input: { a: null } } },
  ]
  const body = { output: { message: { role: 'assistant', content } }, stopReason: 'tool_use', usage, metrics: null }
  expect(converseFormat(config).fromBody(body)).toMatchObject({
    message: {
      content: [
        { type: 'reasoning', redacted: 'AAE=' },
        { type: 'text', text: 'a' },
        { type: 'tool-call', id: 't1', name: 'f', input: { a: null } },
      ],
      model: { provider: 'aws.bedrock', modelId: config.modelId },
    },
    stopReason: 'tool-use',
    usage,
  })
})

it.each([[{}], [{ message: 'nothing' }], [[]], ['text'], [7]])('refuses %j, which is no answer', (body) => {
  expect(() => converseFormat(config).fromBody(body)).toThrow(expect.objectContaining({ code: 'internal' }))
})
