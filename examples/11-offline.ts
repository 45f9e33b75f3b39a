import { Agent, bedrock, isAgentError, textOf } from '@x/agent'
import { startBedrockLocal } from '@x/bedrock-local'

// Test an application without AWS: the real SDK client, the real wire format, answers and faults of your choice.
const local = await startBedrockLocal({
  reply: [
    { content: [{ text: 'A whole answer.' }] },
    { content: [{ text: 'An answer that will be cut.' }], fault: { type: 'end', afterFrames: 3 } },
    'And on it goes.',
  ],
})
const model = bedrock({
  region: 'us-east-1',
  endpoint: local.url,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
})
const agent = new Agent({ model })

console.log(textOf(await agent.run('One.')))
try {
  await agent.run('Two.')
} catch (error) {
  if (isAgentError(error)) console.log(error.code, error.retryable, error.partial?.message !== undefined)
}
console.log(textOf(await agent.run()))
console.log(local.requests.length)
await local.close()

/* prints
A whole answer.
stream-truncated true true
And on it goes.
3
*/
