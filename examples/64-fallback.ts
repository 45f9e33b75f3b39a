import { Agent, bedrock, textOf } from '@x/agent'
import { fallback } from '@x/agent-loop/fallback'
import { retry } from '@x/agent-loop/retry'
import { startBedrockLocal } from '@x/bedrock-local'

// An endpoint where one model is out of capacity.
const busy = { type: 'http', status: 429, error: 'ThrottlingException', message: 'Too many requests.' } as const
const local = await startBedrockLocal({
  reply: ({ modelId }) => (modelId.includes('nova-pro') ? { fault: busy } : `Answered by ${modelId}.`),
})
const shared = {
  region: 'us-east-1',
  endpoint: local.url,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  clientConfig: { maxAttempts: 1 },
}

// First the same place again, then a dearer tier of the same model, then another model.
const places = fallback([
  { config: { serviceTier: 'priority' } },
  { model: bedrock({ ...shared, modelId: 'us.amazon.nova-lite-v1:0' }) },
])
const agent = new Agent({
  model: bedrock({ ...shared, modelId: 'us.amazon.nova-pro-v1:0' }),
  use: [retry({ maxAttempts: 2, baseDelayMs: 10 }), places],
})
for await (const event of agent.stream('Hello?')) {
  if (event.type === 'model-retry') console.log(event.code, event.reason.split('. ').at(-1))
  if (event.type === 'run-end') console.log(textOf(event.result))
}
console.log(local.requests.map(({ status }) => status).join(' '))
await local.close()

/* prints
Going on with us.amazon.nova-pro-v1:0 (serviceTier changed).
Going on with us.amazon.nova-lite-v1:0.
Answered by us.amazon.nova-lite-v1:0.
429 429 429 429 200
*/
