import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { defineTool } from '@x/agent'
import { runAgent } from '@x/agent-loop'
import type { ChatRequest } from '@x/agent-loop/ui-stream'
import { fromUIMessages, toUIMessageResponse } from '@x/agent-loop/ui-stream'
import { scriptedModel } from '@x/types/testing'
import { z } from 'zod'

const weather = defineTool({
  name: 'weather',
  description: 'Tells the weather.',
  input: z.object({ city: z.string() }),
  execute: async function* ({ city }) {
    yield { looking: city }
    return { sky: 'clear' }
  },
})
const call = { type: 'tool-call', id: 'w', name: 'weather', input: { city: 'Oslo' } } as const
const model = scriptedModel([[call], 'It is clear in Oslo.'], { deltaLength: 100 })

// A route of any web framework; `useChat` of the AI SDK is its client.
async function POST(request: Request): Promise<Response> {
  const { messages } = (await request.json()) as ChatRequest
  const input = await fromUIMessages(messages)
  return toUIMessageResponse(runAgent({ model, tools: [weather] }, input), { originalMessages: messages })
}

const server = createServer(async (incoming, outgoing) => {
  const body = await Readable.from(incoming).toArray()
  const response = await POST(new Request('http://localhost/', { method: 'POST', body: Buffer.concat(body) }))
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

const question = { id: 'u1', role: 'user', parts: [{ type: 'text', text: 'What is the weather in Oslo?' }] }
const { port } = server.address() as AddressInfo
const body = JSON.stringify({ messages: [question] })
const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })
for (const line of (await answer.text()).matchAll(/^data: ({.*})$/gm)) {
  const { type, data, output, delta } = JSON.parse(line[1] ?? '')
  console.log(type, data ?? output ?? delta ?? '')
}
server.close()

/* prints
start
tool-input-available
data-tool-progress { toolCallId: 'w', toolName: 'weather', progress: { looking: 'Oslo' } }
tool-output-available { sky: 'clear' }
text-delta It is clear in Oslo.
finish
*/
