import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, textOf } from '@x/agent'
import { openSession } from '@x/agent-loop/session'
import { fileMediaStore, fileSessionStore } from '@x/agent-loop/session-file'
import { isAgentError } from '@x/types'

const folder = await mkdtemp(join(tmpdir(), 'sessions-'))
const store = fileSessionStore(folder)
// Pictures and documents have files of their own.
const media = fileMediaStore(join(folder, 'media'))

/** What each request of a server does: any process that sees the folder can serve the next one. */
async function open(): Promise<{ agent: Agent; resultOf: Awaited<ReturnType<typeof openSession>>['resultOf'] }> {
  const session = await openSession(store, 'user-42', { media })
  return { agent: new Agent({ ...session.saved, use: [session.layer] }), resultOf: session.resultOf }
}

const first = await open()
await first.agent.run('Just say hello to Ann.', { runId: 'request-1' })

const second = await open()
console.log('messages:', second.agent.messages.length)
// The same request once more, after a lost connection, asks nobody.
const again = await second.agent.run('Just say hello to Ann.', { runId: 'request-1' })
console.log('the same:', textOf(again) === textOf(await first.agent.run(undefined, { runId: 'request-1' })))

// Two at once: one of them is told to open the conversation again.
const [left, right] = [await open(), await open()]
await left.agent.run('And to Bob.')
const error = await right.agent.run('And to Cy.').catch((reason: unknown) => reason)
console.log('conflict:', isAgentError(error, 'conflict'))

console.log('sessions:', await store.list())
await store.delete('user-42')
await rm(folder, { recursive: true })

/* prints
messages: 2
the same: true
conflict: true
sessions: [ 'user-42' ]
*/
