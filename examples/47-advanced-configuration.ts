import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { fromBedrock } from '@x/agent'
import { z } from 'zod'

const bedrockClient = new BedrockRuntimeClient({
  region: 'us-west-2',
  credentials: { accessKeyId: 'your_key', secretAccessKey: 'your_secret' },
})
const client = fromBedrock(bedrockClient, { mode: 'BEDROCK_TOOLS' })
client.on('completion:kwargs', ({ config }) => console.log(JSON.stringify(config)))

const User = z.object({ name: z.string(), age: z.number().int() })

const user = await client.chat.completions.create({
  modelId: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0',
  messages: [{ role: 'user', content: 'Extract user info: Jason is 25 years old' }],
  schema: User,
  inferenceConfig: { maxTokens: 2048, temperature: 0.1, topP: 0.9, stopSequences: ['STOP'] },
})
console.log(user.name, user.age)

/* prints
"maxTokens":2048,"temperature":0.1,"topP":0.9,"stopSequences":["STOP"]
Jason 25
*/
