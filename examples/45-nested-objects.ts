import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { fromBedrock } from '@x/agent'
import { startBedrockLocal } from '@x/bedrock-local'
import { z } from 'zod'

// A language model finds the addresses; the local endpoint says what one answers.
const addresses = [
  { street: '123 Main St', city: 'New York', country: 'USA' },
  { street: '456 Beach Rd', city: 'Miami', country: 'USA' },
]
const local = await startBedrockLocal({ reply: [JSON.stringify({ name: 'Jason', age: 25, addresses })] })
const bedrockClient = new BedrockRuntimeClient({ region: 'us-east-1', endpoint: local.url })
const client = fromBedrock(bedrockClient)

const Address = z.object({ street: z.string(), city: z.string(), country: z.string() })
const User = z.object({ name: z.string(), age: z.number().int(), addresses: z.array(Address) })

const user = await client.chat.completions.create({
  modelId: 'us.anthropic.claude-sonnet-4-6',
  messages: [
    {
      role: 'user',
      content: `
        Extract: Jason is 25 years old.
        He lives at 123 Main St, New York, USA
        and has a summer house at 456 Beach Rd, Miami, USA
      `,
    },
  ],
  schema: User,
})
console.log(user.name, user.age)
for (const { street, city, country } of user.addresses) console.log(street, city, country)
await local.close()

/* prints
Jason 25
123 Main St New York USA
456 Beach Rd Miami USA
*/
