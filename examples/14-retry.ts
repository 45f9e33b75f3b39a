import { Agent, bedrock, textOf } from '@x/agent'
import { retry } from '@x/agent-loop/retry'
import { startBedrockLocal } from '@x/bedrock-local'

// An endpoint that throttles once, cuts the next answer short, and then behaves.
const local = await startBedrockLocal({
  reply: [
    { fault: { type: 'http', status: 429, error: 'ThrottlingException', message: 'Too many requests.' } },
    { content: [{ text: 'An answer that breaks off.' }], fault: { type: 'end', afterFrames: 3 } },
    'The whole answer.',
  ],
})
const model = bedrock({
  region: 'us-east-1',
  endpoint: local.url,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  clientConfig: { maxAttempts: 1 },
})
const agent = new Agent({ model, use: [retry({ baseDelayMs: 20 })] })

let screen = ''
for await (const event of agent.stream('Tell me.')) {
  if (event.type === 'text-delta') screen += event.text
  if (event.type === 'model-retry') {
    console.log('again after', event.code)
    screen = ''
  }
  if (event.type === 'run-end') console.log(screen === textOf(event.result), screen)
}
await local.close()

/* prints
again after throttled
again after stream-truncated
true The whole answer.
*/
