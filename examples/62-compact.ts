import { Agent, bedrock, textOf } from '@x/agent'
import { compact } from '@x/agent-loop/compact'
import { startBedrockLocal } from '@x/bedrock-local'

// An endpoint that says once that the conversation is too long.
const tooLong = {
  type: 'http',
  status: 400,
  error: 'ValidationException',
  message: 'Input is too long for requested model.',
} as const
const local = await startBedrockLocal({
  reply: ['One.', 'Two.', 'Three.', { fault: tooLong }, 'We counted to three.', 'Four.'],
})
const model = bedrock({
  region: 'us-east-1',
  endpoint: local.url,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
})

// The first message stays, the middle goes into a summary that the model itself writes, and the run goes on.
const agent = new Agent({ model, use: [compact({ summary: true, targetTokens: 40 })] })
for (const prompt of ['Count with me.', 'Next.', 'Next.']) await agent.run(prompt)
for await (const event of agent.stream('Next.')) {
  if (event.type === 'history') console.log('shortened to', event.messages.length, 'messages')
  if (event.type === 'run-end') console.log(event.result.status, textOf(event.result))
}
console.log(JSON.stringify(agent.messages[1]?.content[0]))
await local.close()

/* prints
shortened to 3 messages
done Four.
We counted to three.
*/
