import { Agent, defineTool, textOf } from '@x/agent'
import type { Middleware, RunResult } from '@x/types'
import { z } from 'zod'

const sendMail = defineTool({
  name: 'send_mail',
  description: 'Sends a mail to a person.',
  input: z.object({ person: z.string() }),
  needsApproval: true,
  execute: ({ person }) => `sent to ${person}`,
})

// A tool that needs an approval is refused unless a layer vouches for the call. This one asks a person.
const approval: Middleware = {
  name: 'approval',
  async *tool(call, next) {
    if (!call.tool?.needsApproval) return yield* next(call)
    if (call.answer === undefined) return { type: 'suspended', reason: 'approval' }
    return yield* next({ ...call, approved: call.answer === 'yes' })
  },
}

const options = { tools: [sendMail], use: [approval] }
const suspended = await new Agent(options).run('Send a mail to Ann.')
console.log(suspended.status, JSON.stringify(suspended.pending))

// Plain JSON: another process can go on tomorrow.
const saved: RunResult = JSON.parse(JSON.stringify(suspended))
const agent = new Agent({ ...options, messages: saved.messages, pending: saved.pending })
const [call] = agent.pending
const result = await agent.resume({ [call?.callId ?? '']: 'yes' })
console.log(result.status, textOf(result))

/* prints
suspended [{"callId":
"name":"send_mail","input":{"person":"Ann"},"reason":"approval"}]
done
sent to Ann
*/
