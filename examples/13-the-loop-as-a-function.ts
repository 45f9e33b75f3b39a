import { calledTool, runAgent } from '@x/agent-loop'
import { bedrock } from '@x/provider-bedrock'
import { defineTool } from '@x/tools'
import type { Message } from '@x/types'
import { z } from 'zod'

const answer = defineTool({
  name: 'get_answer',
  description: 'Gets the answer for a person.',
  input: z.object({ person: z.string() }),
  execute: ({ person }) => `42 for ${person}`,
})

// No memory: a conversation goes in, and the last event holds what came of it. Start, continue and resume are one call.
const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Get the answer for Ann.' }] }]
const config = { model: bedrock(), tools: [answer], stopWhen: calledTool('get_answer') }

for await (const event of runAgent(config, messages)) {
  if (event.type !== 'run-end') continue
  const { status, turns, messages } = event.result
  console.log(status, turns, messages.map(({ role }) => role).join(' '))
  // Going on from where it stopped: the result is not answered yet.
  for await (const next of runAgent({ ...config, stopWhen: [] }, messages)) {
    if (next.type === 'run-end') console.log(next.result.status, next.result.messages.length)
  }
}

/* prints
done 1 user assistant tool
done 4
*/
