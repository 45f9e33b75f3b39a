import { fromProvider, judge, maybe } from '@x/agent'
import { startBedrockLocal } from '@x/bedrock-local'
import { z } from 'zod'

const none = { result: null, error: true, message: 'No person is named.' }
const rude = { comment: 'Go away!' }
const kind = { comment: 'Thank you.' }
const local = await startBedrockLocal({
  reply: [none, rude, { reason: 'It is rude.', holds: false }, kind, { reason: '', holds: true }].map((answer) =>
    JSON.stringify(answer),
  ),
})
const client = fromProvider('bedrock/us.anthropic.claude-sonnet-4-6', { endpoint: local.url })
const ask = (content: string) => [{ role: 'user', content }] as const

// The model may say that there is nothing, in place of inventing something.
const user = await client.create({
  schema: maybe(z.object({ name: z.string() })),
  messages: ask('Extract: the sky is blue'),
})
console.log(user.error ? user.message : user.result.name)

// A check that only a model can make; what it has against an answer goes back to the model that wrote it.
const polite = judge({ model: client.model, statement: 'The comment is polite.' })
const { comment } = await client.create({
  schema: z.object({ comment: z.string() }),
  messages: ask('Comment on this.'),
  validate: polite.objection,
})
console.log(comment)
await local.close()

/* prints
No person is named.
Thank you.
*/
