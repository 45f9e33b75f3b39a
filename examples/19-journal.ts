import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, defineTool, textOf } from '@x/agent'
import { journal } from '@x/agent-loop/journal'
import { fileJournal } from '@x/agent-loop/journal-file'
import { z } from 'zod'

const folder = await mkdtemp(join(tmpdir(), 'journal-'))
let crashes = true

// Not to be done twice; a real one would hand `key` to the service as its idempotency key.
const sendMail = defineTool({
  name: 'send_mail',
  description: 'Sends a mail to a person.',
  input: z.object({ person: z.string() }),
  execute: ({ person }, { key }) => {
    console.log('sending', person, key)
    return crashes ? new Promise<never>(() => undefined) : `sent to ${person}`
  },
})

/** A process that works on the run. */
function start() {
  const port = fileJournal(folder)
  return { agent: new Agent({ tools: [sendMail], use: [journal(port)] }), port }
}

// This one dies while the mail is on its way: whether it went out, nobody knows.
const died = start()
for await (const event of died.agent.stream('Send a mail to Ann.', { runId: 'order-7' })) {
  if (event.type === 'tool-start') break
}
await died.port.close()
crashes = false

// The next one gets the same run id and the same input. The model is not asked again, and the mail is not sent again.
const next = start()
const result = await next.agent.run('Send a mail to Ann.', { runId: 'order-7' })
console.log(result.status, result.pending[0]?.reason)

// A person looks into the mailbox.
const callId = result.pending[0]?.callId ?? ''
console.log(textOf(await next.agent.resume({ [callId]: { result: 'sent to Ann' } })))
await next.port.forget('order-7')
await next.port.close()
await rm(folder, { recursive: true })

/* prints
sending Ann order-7/order-7.0~1/
suspended It started before a crash, and nobody knows whether it had its effect.
sent to Ann
*/
