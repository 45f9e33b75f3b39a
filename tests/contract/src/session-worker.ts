import { setTimeout as sleep } from 'node:timers/promises'
import { Agent } from '@x/agent-loop'
import { openSession } from '@x/agent-loop/session'
import { fileSessionStore } from '@x/agent-loop/session-file'
import { isAgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { callPart, toolNamed } from './helpers.js'

/*
 * One of several processes that say something in the same conversation at the same time, each until it has come to the
 * end of so many runs: `session-worker <folder> <name> <runs>`. Prints how often another one was faster, and `done`.
 */

const [folder = '', name = '', runs = '1'] = process.argv.slice(2)
const store = fileSessionStore(folder)
const work = toolNamed('work', async () => {
  await sleep(Math.random() * 3)
  return name
})
const model = scriptedModel(({ messages }) => (messages.at(-1)?.role === 'tool' ? name : [callPart('1', 'work')]))

let conflicts = 0
for (let ended = 0; ended < Number(runs); ) {
  const session = await openSession(store, 'talk')
  const agent = new Agent({ model, tools: [work], ...session.saved, use: [session.layer] })
  const runId = `${name}.${ended}.${conflicts}`
  try {
    await agent.run([{ role: 'user', id: runId, content: [{ type: 'text', text: name }] }], { runId })
    ended += 1
  } catch (error) {
    if (!isAgentError(error, 'conflict')) throw error
    conflicts += 1
    await sleep(Math.random() * 30)
  }
}
process.stderr.write(String(conflicts))
process.stdout.write('done')
