import { fromProvider } from '@x/agent'
import { startBedrockLocal } from '@x/bedrock-local'
import { z } from 'zod'

const found = [
  { name: 'Jason', age: 25 },
  { name: 'Ann', age: 31 },
]
const local = await startBedrockLocal({ reply: [JSON.stringify({ value: found })] })
const client = fromProvider('bedrock/us.anthropic.claude-sonnet-4-6', { endpoint: local.url })

// The schema is that of one item; each comes as soon as it is whole and checked.
for await (const user of client.createIterable({
  messages: [{ role: 'user', content: 'Extract: Jason is 25 years old, Ann is 31' }],
  schema: z.object({ name: z.string(), age: z.number().int() }),
})) {
  console.log(user.name, user.age)
}
await local.close()

/* prints
Jason 25
Ann 31
*/
