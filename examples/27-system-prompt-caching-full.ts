import { Agent } from '@x/agent'
import type { SystemPart } from '@x/types'

// A cache point marks everything before it. Below 1,024 tokens this model does not cache, and says nothing about it.
const system: SystemPart[] = [
  {
    type: 'text',
    text: `You are a helpful assistant that provides concise answers. ${'This is a long system prompt. '.repeat(300)}`,
  },
  { type: 'cache-point' },
]
const agent = new Agent({ model: 'us.anthropic.claude-sonnet-4-6', system })

// The first call writes the cache, the second one reads it.
for (const question of ['Tell me about Python', 'Tell me about JavaScript']) {
  const { usage } = await agent.run(question)
  console.log(`Cache write tokens: ${usage.cacheWriteTokens}`)
  console.log(`Cache read tokens: ${usage.cacheReadTokens}`)
}

/* prints
Cache write tokens: 2266
Cache read tokens: 0
Cache write tokens: 0
Cache read tokens: 2266
*/
