import { fromProvider } from '@x/agent'
import { z } from 'zod'

const client = fromProvider('bedrock/us.anthropic.claude-sonnet-4-6')
const User = z.object({ name: z.string(), age: z.number().int() })

function getUser(sentence: string) {
  return client.chat.completions.create({ messages: [{ role: 'user', content: sentence }], schema: User })
}

// All calls are asynchronous, with no thread to push them to: several run at once over one connection.
const users = await Promise.all(['Extract Jason is 25 years old', 'Extract Ann is 31 years old'].map(getUser))
for (const { name, age } of users) console.log(name, age)

/* prints
Jason 25
Ann 31
*/
