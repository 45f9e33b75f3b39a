import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { fromBedrock } from '@x/agent'
import { standIn, startBedrockLocal } from '@x/bedrock-local'
import { z } from 'zod'

// The stand-in of the local endpoint fills schemas; asked in words alone it needs to be told what to say.
const local = await startBedrockLocal({
  reply: (request) =>
    request.body.toolConfig || request.body.outputConfig ? standIn(request) : '{ "name": "Jason", "age": 25 }',
})
const bedrockClient = new BedrockRuntimeClient({ region: 'us-east-1', endpoint: local.url })
const User = z.object({ name: z.string(), age: z.number().int() })

// Without a mode the best one that the model takes is used, and the next one if the service refuses it.
const modes = ['BEDROCK_TOOLS', 'BEDROCK_JSON', 'BEDROCK_TOOLS_STRICT', 'BEDROCK_STRUCTURED_OUTPUTS'] as const
for (const mode of modes) {
  const client = fromBedrock(bedrockClient, { mode, model: 'us.anthropic.claude-sonnet-4-6' })
  const [user, completion] = await client.createWithCompletion({
    messages: [{ role: 'user', content: 'Extract: Jason is 25 years old' }],
    schema: User,
  })
  console.log(mode, completion.mode, user.name)
}
await local.close()

/* prints
BEDROCK_TOOLS tool Jason
BEDROCK_JSON prompted Jason
BEDROCK_TOOLS_STRICT strict-tool Jason
BEDROCK_STRUCTURED_OUTPUTS native Jason
*/
