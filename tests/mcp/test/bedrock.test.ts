import { Agent, textOf } from '@x/agent-loop'
import { startBedrockLocal } from '@x/bedrock-local'
import { mcpTools } from '@x/mcp'
import { bedrock } from '@x/provider-bedrock'
import type { AgentEvent } from '@x/types'
import { expect, it } from 'vitest'
import { publishedServer } from '../src/servers.js'

it('an agent on the Bedrock wire uses a real server: its schemas are taken, and its images go back', async () => {
  await using server = await mcpTools(publishedServer('everything'))
  const local = await startBedrockLocal({
    reply: [
      {
        content: [
          { toolUse: { toolUseId: 'a', name: 'get-tiny-image', input: {} } },
          { toolUse: { toolUseId: 'b', name: 'get-structured-content', input: { location: 'Chicago' } } },
          { toolUse: { toolUseId: 'c', name: 'trigger-long-running-operation', input: { duration: 0.1, steps: 2 } } },
        ],
      },
      'A small picture, and 36 degrees.',
    ],
  })
  try {
    const model = bedrock('us.anthropic.claude-sonnet-4-6', {
      region: 'us-east-1',
      endpoint: local.url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    })
    const events: AgentEvent[] = []
    const agent = new Agent({ model, tools: server.tools })
    for await (const event of agent.stream('What is there to see?')) events.push(event)
    const last = events.at(-1)
    expect(last?.type === 'run-end' && textOf(last.result)).toBe('A small picture, and 36 degrees.')
    expect(events.filter(({ type }) => type === 'tool-progress')).toHaveLength(2)

    const [first, second] = local.requests.map(
      ({ body }) => body as { toolConfig: { tools: unknown[] }; messages: unknown[] },
    )
    expect(first?.toolConfig.tools).toHaveLength(server.tools.length)
    expect(second?.messages.at(-1)).toMatchObject({
      role: 'user',
      content: [
        {
          toolResult: {
            toolUseId: 'a',
            content: [{ text: expect.any(String) }, { image: { format: 'png' } }, { text: expect.any(String) }],
          },
        },
        { toolResult: { toolUseId: 'b', content: [{ json: { temperature: 36 } }] } },
        { toolResult: { toolUseId: 'c', content: [{ text: expect.stringContaining('completed') }] } },
      ],
    })
  } finally {
    await local.close()
  }
})
