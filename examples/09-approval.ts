import { Agent, defineTool, textOf } from '@x/agent'
import { approval } from '@x/agent-loop/approval'
import { z } from 'zod'

const sendMail = defineTool({
  name: 'send_mail',
  description: 'Sends a mail to a person.',
  input: z.object({ person: z.string() }),
  needsApproval: true,
  execute: ({ person }) => `sent to ${person}`,
})

// With a secret, an approval holds for the very call that it was given for, and for nothing else.
const secret = process.env.APPROVAL_SECRET ?? 'only for this example'
const options = { tools: [sendMail], use: [approval({ secret })] }
const suspended = await new Agent(options).run('Send a mail to Ann.')
const [call] = suspended.pending
console.log(suspended.status, call?.name, JSON.stringify(call?.input), call?.reason)

// Plain JSON: another process can go on tomorrow.
const { messages, pending } = JSON.parse(JSON.stringify(suspended)) as typeof suspended
const answer = async (answer: { approved: boolean; reason?: string; token?: string }) => {
  const agent = new Agent({ ...options, messages, pending })
  return textOf(await agent.resume({ [call?.callId ?? '']: answer }))
}
const { token } = (call?.state ?? {}) as { token: string }
console.log(await answer({ approved: true, token }))
console.log(await answer({ approved: false, reason: 'Ann is away.' }))
console.log(await answer({ approved: true, token: 'forged' }))

/* prints
suspended send_mail {"person":"Ann"} approval
sent to Ann
A person refused it: Ann is away.
the approval was not given for this call
*/
