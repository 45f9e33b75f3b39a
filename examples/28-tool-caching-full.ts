import { Agent, bedrock, defineTool } from '@x/agent'
import { z } from 'zod'

// The tools of an agent are the same in every call, so they are worth caching once they are long enough.
const manual = 'The manual explains each unit, each rounding rule and each error in detail. '.repeat(80)
const calculator = defineTool({
  name: 'calculator',
  description: `Adds two numbers. ${manual}`,
  input: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
})
const currentTime = defineTool({
  name: 'current_time',
  description: 'Tells the time.',
  execute: () => new Date().toISOString(),
})

// `cache: 'auto'` marks tools, system prompt and conversation; here the tools alone.
const model = bedrock('us.anthropic.claude-sonnet-4-6', { cache: { system: false, messages: false } })

for (const question of ['Say hello to Ann.', 'Say hello to Bob.']) {
  const { usage } = await new Agent({ model, tools: [calculator, currentTime] }).run(question)
  console.log(`Cache write tokens: ${usage.cacheWriteTokens}`)
  console.log(`Cache read tokens: ${usage.cacheReadTokens}`)
}

/* prints
Cache write tokens: 1577
Cache read tokens: 0
Cache write tokens: 0
Cache read tokens: 1577
*/
