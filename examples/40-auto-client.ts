import { fromProvider } from '@x/agent'
import { z } from 'zod'

// Credentials come from the environment, the region too (else us-east-1). How the answer is asked for is chosen by
// what the model takes: this one by a tool, newer ones by their native structured output.
const client = fromProvider('bedrock/us.anthropic.claude-3-7-sonnet-20250219-v1:0')

const [user, completion] = await client.createWithCompletion({
  schema: z.object({ name: z.string(), age: z.number().int() }),
  messages: [{ role: 'user', content: 'Extract: Jason is 25 years old' }],
})
console.log(user.name, user.age, completion.mode)

/* prints
Jason 25 tool
*/
