import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { fromBedrock } from '@x/agent'
import { z } from 'zod'

const bedrockClient = new BedrockRuntimeClient({ region: 'us-east-1' })
const client = fromBedrock(bedrockClient)

const User = z.object({ name: z.string(), age: z.number().int() })

const user = await client.chat.completions.create({
  modelId: 'us.anthropic.claude-sonnet-4-6',
  messages: [{ role: 'user', content: 'Extract: Jason is 25 years old' }],
  schema: User,
})

// `user` has the type of the schema.
const { name, age }: { name: string; age: number } = user
console.log(name, age)

/* prints
Jason 25
*/
