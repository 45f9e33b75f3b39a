import { Agent, bedrock } from '@x/agent'

// Adds the cache points by itself, as many as pay: behind the tools, the system prompt and the newest turns.
const model = bedrock('us.anthropic.claude-sonnet-4-6', { cache: 'auto' })
const agent = new Agent({ model, system: 'You know the house and all of its rules by heart. '.repeat(150) })

for (const prompt of ['Say hello to Ann.', 'And to Bob.']) {
  for await (const event of agent.stream(prompt)) {
    if (event.type !== 'model-end') continue
    const { cacheWriteTokens = 0, cacheReadTokens = 0 } = event.usage
    console.log(`wrote ${cacheWriteTokens > 0}, read ${cacheReadTokens > 0}`)
    // `metadata.cache` also tells what was planned (`predicted`), and where the points stand.
    const { actual } = Object(event.metadata?.cache)
    console.log(actual.readTokens === cacheReadTokens, actual.writtenTokens === cacheWriteTokens)
  }
}

/* prints
wrote true, read false
true true
wrote true, read true
true true
*/
