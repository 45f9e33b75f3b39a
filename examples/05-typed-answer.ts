import { bedrock } from '@x/provider-bedrock'
import { extract } from '@x/structured'
import { z } from 'zod'

const contact = z.object({
  name: z.string(),
  email: z.string(),
  age: z.number().int(),
})

const { output, attempts, usage } = await extract({
  model: bedrock(),
  schema: contact,
  prompt: 'Name: Jason Miller, email jason@example.com, age 25.',
})

// `output` has the type of the schema.
const { name, email, age }: { name: string; email: string; age: number } = output
console.log(name, email, age)
console.log(usage.totalTokens > 0, attempts.length)

/* prints
Jason Miller jason@example.com 25
true 1
*/
