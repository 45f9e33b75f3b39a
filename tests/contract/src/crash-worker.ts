import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent } from '@x/agent-loop'
import { agentTool } from '@x/agent-loop/agent-tool'
import { journal } from '@x/agent-loop/journal'
import { fileJournal } from '@x/agent-loop/journal-file'
import { openSession } from '@x/agent-loop/session'
import { fileMediaStore, fileSessionStore } from '@x/agent-loop/session-file'
import type { Message, ModelRequest } from '@x/types'
import type { ScriptedAnswer } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { callPart } from './helpers.js'

/*
 * One process of a conversation of some turns, made to be killed at any moment and started again until it says `done`:
 * `crash-worker <folder> <turns>`. Each call of a tool is a line in `calls` under its idempotency key, each answer that
 * a model has given a line in `answers`.
 */

const [folder = '', turns = '3'] = process.argv.slice(2)
const note = (file: string, line: string) => appendFileSync(join(folder, file), `${line}\n`)

const work = {
  name: 'work',
  inputSchema: { type: 'object' },
  annotations: { idempotent: true },
  async execute(_input: unknown, { key }: { key: string }) {
    note('calls', key)
    await sleep(Math.random() * 4)
    return `done ${key.length}`
  },
} as const

/** Counts the results since the last question: two calls at once, then a sub-agent, then the answer. */
function plan(request: ModelRequest, calls: ReadonlyMap<number, ScriptedAnswer['content']>): ScriptedAnswer {
  const from = request.messages.findLastIndex(({ role }) => role === 'user')
  const results = request.messages.slice(from).filter(({ role }) => role === 'tool').length
  const usage = { inputTokens: request.messages.length, outputTokens: 1, totalTokens: request.messages.length + 1 }
  note('answers', JSON.stringify(usage))
  return { content: calls.get(results) ?? [{ type: 'text', text: 'answer' }], usage, delayMs: Math.random() }
}

const clerk = agentTool({
  name: 'clerk',
  description: 'works',
  model: scriptedModel((request) => plan(request, new Map([[0, [callPart('c', 'work')]]]))),
  tools: [work],
})
const first = [callPart('a', 'work'), callPart('b', 'work')]
const model = scriptedModel((request) =>
  plan(
    request,
    new Map([
      [0, first],
      [1, [callPart('a', 'clerk', { prompt: 'work' })]],
    ]),
  ),
)

const media = fileMediaStore(join(folder, 'media'))
const port = fileJournal(join(folder, 'journal'))
const session = await openSession(fileSessionStore(join(folder, 'sessions')), 'talk', { media, maxInlineLength: 100 })
const agent = new Agent({ model, tools: [work, clerk], ...session.saved, use: [journal(port), session.layer] })
for (let turn = 0; turn < Number(turns); turn++) {
  const runId = `turn-${turn}`
  if (session.resultOf(runId)) continue
  const image = { type: 'image', format: 'png', source: { type: 'base64', base64: `${turn}`.repeat(200) } } as const
  const question: Message = { role: 'user', id: runId, content: [{ type: 'text', text: 'go' }, image] }
  await agent.run(session.hasBegun(runId) ? undefined : [question], { runId })
}
await port.close()
process.stdout.write('done')
