import { Agent, defineTool, textOf } from '@x/agent'
import { z } from 'zod'

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
})
const agent = new Agent({ tools: [add], system: [{ type: 'text', text: 'Be brief.' }, { type: 'cache-point' }] })

// A tool without a model, through the agent's layers; the conversation does not show it.
const { content } = await agent.callTool('add', { a: 2, b: 40 })
console.log(JSON.stringify(content))

// One run may have its own config, limits, tools or model.
const result = await agent.run('What is 1 and 2?', { config: { temperature: 0 }, maxTurns: 4 })
console.log(textOf(result).includes('3'), agent.usage.totalTokens > 0)

// A copy goes on apart; JSON is a conversation that can be stored.
const copy = agent.clone()
await copy.run('What is 3 and 4?')
const saved = JSON.parse(JSON.stringify(copy))
console.log(agent.messages.length, copy.messages.length, new Agent({ ...saved }).messages.length)

/* prints
[{"type":"json","value":42}]
true true
4 8 8
*/
