import { fromProvider } from '@x/agent'
import type { ChatMessage } from '@x/structured/client'
import { z } from 'zod'

const client = fromProvider('bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0')
const User = z.object({ name: z.string(), age: z.number().int() })

const messages: ChatMessage[] = [
  { role: 'system', content: 'Extract the name and age.' }, // as OpenAI's clients write it
  { role: 'user', content: [{ text: 'Extract: Jason is 25 years old' }] }, // as Converse writes it
  { role: 'assistant', content: 'Sure! Jason is 25.' }, // as OpenAI's clients write it
]

// Both name the model; of the two `modelId` wins.
const first = await client.create({ model: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0', messages, schema: User })
const second = await client.create({ modelId: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0', messages, schema: User })
console.log(first.name, first.age)
console.log(second.name, second.age)

/* prints
Jason 25
Jason 25
*/
