import { fromProvider } from '@x/agent'
import { standIn, startBedrockLocal } from '@x/bedrock-local'
import { z } from 'zod'

// The stand-in of the local endpoint fills schemas; asked in words alone it needs to be told what to say.
const local = await startBedrockLocal({
  reply: (request) =>
    request.body.toolConfig || request.body.outputConfig ? standIn(request) : '{ "name": "Jason", "age": 25 }',
})

const User = z.object({ name: z.string(), age: z.number().int() })

// One call for every family: each is asked in the best way that it takes.
const models = [
  'bedrock/us.anthropic.claude-sonnet-4-6',
  'bedrock/us.anthropic.claude-3-7-sonnet-20250219-v1:0',
  'bedrock/amazon.nova-micro-v1:0',
  'bedrock/meta.llama3-70b-instruct-v1:0',
  'bedrock/mistral.mistral-large-2402-v1:0',
]
for (const model of models) {
  const [user, { mode }] = await fromProvider(model, { endpoint: local.url }).createWithCompletion({
    messages: [{ role: 'user', content: 'Extract: Jason is 25 years old' }],
    schema: User,
  })
  console.log(model, mode, user.name)
}
await local.close()

/* prints
bedrock/us.anthropic.claude-sonnet-4-6 native Jason
bedrock/us.anthropic.claude-3-7-sonnet-20250219-v1:0 tool Jason
bedrock/amazon.nova-micro-v1:0 tool Jason
bedrock/meta.llama3-70b-instruct-v1:0 prompted Jason
bedrock/mistral.mistral-large-2402-v1:0 tool Jason
*/
