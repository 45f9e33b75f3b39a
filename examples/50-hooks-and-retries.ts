import { failureOf, fromProvider } from '@x/agent'
import { startBedrockLocal } from '@x/bedrock-local'
import { z } from 'zod'

const call = (input: object) => ({ content: [{ toolUse: { name: 'User', input: { ...input } } }] })
const local = await startBedrockLocal({
  reply: [call({ name: 'jason' }), call({ name: 'Jason' }), call({ name: 'x' })],
})
const client = fromProvider('bedrock/us.anthropic.claude-3-7-sonnet-20250219-v1:0', { endpoint: local.url })

client.on('parse:error', ({ attempt, maxAttempts }) => console.log(`wrong: ${attempt} of ${maxAttempts}`))
client.on('completion:usage', ({ totalUsage }) => console.log(totalUsage.totalTokens > 0))

const User = z.object({ name: z.string().refine((name) => /^[A-Z]/.test(name), 'must begin with a capital') })
const options = { schema: User, name: 'User', messages: [{ role: 'user', content: 'Extract: jason' }] } as const

console.log((await client.create(options)).name)
try {
  await client.create({ ...options, maxRetries: 0 })
} catch (error) {
  console.log(failureOf(error)?.attempts[0]?.problems?.[0]?.message)
}
await local.close()

/* prints
true
wrong: 1 of 3
true
Jason
true
wrong: 1 of 1
must begin with a capital
*/
