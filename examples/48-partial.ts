import { fromProvider } from '@x/agent'
import { z } from 'zod'

const client = fromProvider('bedrock/us.anthropic.claude-sonnet-4-6')
const User = z.object({ name: z.string(), age: z.number().int() })

// Instructor cannot stream on Bedrock. Every piece has the members of the schema, all of them optional.
let last: { readonly name?: string; readonly age?: number } = {}
let pieces = 0
for await (const user of client.createPartial({
  messages: [{ role: 'user', content: 'Extract: Jason is 25 years old' }],
  schema: User,
})) {
  last = user
  pieces += 1
}
console.log(pieces > 1, last.name, last.age)

/* prints
true Jason 25
*/
