import { NodeHttpHandler } from '@smithy/node-http-handler'
import { bedrock } from '@x/provider-bedrock'
import { expect, it } from 'vitest'
import { ask, collect } from '../src/collect.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import { credentials, json } from '../src/recorded.js'

it('carries blocks that it does not know through the SDK untouched, in both directions', async () => {
  const content = [
    { toolUse: { toolUseId: 's', name: 'nova_code_interpreter', type: 'server_tool_use', input: { bytes: 'AAE=' } } },
    {
      toolResult: {
        toolUseId: 's',
        content: [{ image: { format: 'png', source: { bytes: 'AAE=' } } }, { json: { bytes: 'AAE=' } }, { text: 'x' }],
        type: 'nova_code_interpreter_result',
        status: 'success',
      },
    },
    { hologram: { depth: 3, layers: [{ bytes: 'AAE=' }] } },
    { text: 'done' },
  ]
  const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
  const reply = {
    output: { message: { role: 'assistant', content } },
    stopReason: 'end_turn',
    usage,
    metrics: { latencyMs: 1 },
  }
  const endpoint = await startRawEndpoint(() => ({
    status: 200,
    headers: json,
    body: Buffer.from(JSON.stringify(reply)),
  }))
  const model = bedrock('us.amazon.nova-2-lite-v1:0', {
    region: 'us-east-1',
    endpoint: endpoint.url,
    credentials,
    streaming: false,
    clientConfig: { requestHandler: new NodeHttpHandler() },
  })

  const { result } = await collect(model, ask('1'))
  const message = result?.message ?? { role: 'assistant', content: [] }
  await collect(model, { messages: [...ask('1').messages, message, ...ask('2').messages] })
  await endpoint.close()

  expect(message.content.map(({ type }) => type)).toEqual(['provider', 'provider', 'provider', 'text'])
  expect(JSON.parse(JSON.stringify(message))).toEqual(message)
  expect(endpoint.bodies[1]).toEqual({
    messages: [
      { role: 'user', content: [{ text: '1' }] },
      { role: 'assistant', content },
      { role: 'user', content: [{ text: '2' }] },
    ],
  })
})
