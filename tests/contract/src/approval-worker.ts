import { runAgent } from '@x/agent-loop'
import { agentTool } from '@x/agent-loop/agent-tool'
import { approval } from '@x/agent-loop/approval'
import type { JsonValue, RunInput } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { callPart, finish, toolNamed, user } from './helpers.js'

/*
 * One process of a run that waits for an approval two sub-agents deep: reads a suspended result and answers from
 * standard input (nothing for the start), prints the result and which tools ran here.
 */

const ran: string[] = []
const lookUp = toolNamed('look_up', () => {
  ran.push('look_up')
  return 'the address'
})
const send = toolNamed(
  'send',
  () => {
    ran.push('send')
    return 'sent'
  },
  { needsApproval: true },
)

/** A model that makes its calls once and then says `answer` with the last result. */
const calling = (answer: string, ...calls: [id: string, name: string, input?: JsonValue][]) =>
  scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? answer : calls.map(([id, name, input]) => callPart(id, name, input)),
  )

const clerk = agentTool({
  name: 'clerk',
  description: 'Sends letters',
  model: calling('clerk: sent', ['a', 'look_up'], ['b', 'send']),
  tools: [lookUp, send],
  use: [approval()],
})
const manager = agentTool({
  name: 'manager',
  description: 'Has letters sent',
  model: calling('manager: done', ['m', 'clerk', { prompt: 'send it' }]),
  tools: [clerk],
})
const config = {
  model: calling('all done', ['t', 'manager', { prompt: 'have it sent' }]),
  tools: [manager],
  runId: 'r',
}

let text = ''
for await (const chunk of process.stdin) text += chunk
const input: RunInput = text === '' ? user('go') : (JSON.parse(text) as RunInput)
const result = await finish(runAgent(config, input))
process.stdout.write(JSON.stringify({ result, ran }))
