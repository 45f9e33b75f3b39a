import { Agent } from '@x/agent'
import type { Message } from '@x/types'

const sample = 'This is a sample document! It is long enough to be worth caching. '.repeat(100)

// A conversation to start from, cached up to its point: the document is not paid for again in each question about it.
const messages: Message[] = [
  {
    role: 'user',
    content: [
      { type: 'document', name: 'example', format: 'txt', source: { type: 'text', text: sample } },
      { type: 'text', text: 'Use this document in your response.' },
      { type: 'cache-point' },
    ],
  },
  {
    role: 'assistant',
    content: [{ type: 'text', text: 'I will reference that document in my following responses.' }],
  },
]
const agent = new Agent({ model: 'us.anthropic.claude-sonnet-4-6', messages })

for (const question of ['What is in that document?', 'How long is the document?']) {
  const { usage } = await agent.run(question)
  console.log(`Cache write tokens: ${usage.cacheWriteTokens}`)
  console.log(`Cache read tokens: ${usage.cacheReadTokens}`)
}

/* prints
Cache write tokens: 1673
Cache read tokens: 0
Cache write tokens: 0
Cache read tokens: 1673
*/
