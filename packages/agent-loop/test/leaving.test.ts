import type { AgentEvent, Message } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { Agent } from '../src/index.js'
import { addTool, callPart, say, toolNamed } from './helpers.js'

/* However a run is left, at whatever event, the conversation can go on from what the agent holds. */

const slow = toolNamed('slow', async (_input, { emit, signal }) => {
  emit('begun')
  await new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 5)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
  return 'slow result'
})

const tools = [addTool, slow]
const turns = [
  [say('Let me see.'), callPart('1', 'add', { a: 1, b: 2 }), callPart('2', 'slow', {}), callPart('3', 'nowhere', {})],
  [callPart('4', 'slow', {})],
  'Here you are.',
]
const script = () =>
  scriptedModel(({ messages }) => turns[messages.filter(({ role }) => role === 'tool').length] ?? 'Well.')

/** What the service would refuse. */
function assertValid(messages: readonly Message[]): void {
  expect(messages[0]?.role).toBe('user')
  messages.forEach(({ role, content }, index) => {
    expect(content.length).toBeGreaterThan(0)
    if (role !== 'assistant') return
    const calls = content.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
    const after = messages.slice(index + 1)
    const next = after.findIndex((message) => message.role !== 'tool')
    const results = after
      .slice(0, next === -1 ? undefined : next)
      .flatMap(({ content }) => content.flatMap((part) => (part.type === 'tool-result' ? [part.id] : [])))
    expect(results.sort()).toEqual(calls.sort())
  })
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
}

const eventCount = await count()

async function count(): Promise<number> {
  let events = 0
  for await (const _event of new Agent({ model: script(), tools }).stream('go')) events += 1
  return events
}

const ways: Readonly<Record<string, (agent: Agent, at: number) => Promise<void>>> = {
  async break(agent, at) {
    let seen = 0
    for await (const _event of agent.stream('go')) if (seen++ === at) break
  },
  async 'an abort'(agent, at) {
    const controller = new AbortController()
    let seen = 0
    let last: AgentEvent | undefined
    for await (const event of agent.stream('go', { signal: controller.signal })) {
      if (seen++ === at) controller.abort()
      last = event
    }
    expect(last?.type).toBe('run-end')
  },
  async 'return() beside a pending next()'(agent, at) {
    const events = agent.stream('go')
    for (let seen = 0; seen < at; seen++) await events.next()
    const pending = events.next()
    await events.return(undefined as never)
    await pending
  },
  async 'an error of scope run in a tool'(agent, at) {
    const broken = toolNamed('slow', () => {
      throw new AgentError('budget', 'Spent.', { scope: 'run' })
    })
    await expect(agent.run('go', { tools: at % 2 ? [broken] : [addTool, broken] })).rejects.toMatchObject({
      code: 'budget',
    })
  },
}

describe.each(Object.entries(ways))('%s', (_name, leave) => {
  test.each(Array.from({ length: eventCount - 1 }, (_, at) => at))('at event %i', async (at) => {
    const agent = new Agent({ model: script(), tools })
    await leave(agent, at)
    if (agent.messages.length > 0) assertValid(agent.messages)
    const result = await agent.run('and now?')
    expect(result.status).toBe('done')
    assertValid(result.messages)
  })
})

test('what a tool has finished is kept when the consumer leaves while another runs', async () => {
  const forever = toolNamed('forever', (_input, { signal }) => {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const model = scriptedModel([[callPart('1', 'forever', {}), callPart('2', 'add', { a: 1, b: 2 })]])
  const agent = new Agent({ model, tools: [addTool, forever] })
  for await (const event of agent.stream('go')) if (event.type === 'tool-end') break
  expect(agent.messages.at(-1)?.content).toEqual([
    { type: 'tool-result', id: '1', content: [say('aborted')], isError: true },
    { type: 'tool-result', id: '2', content: [say('3')] },
  ])
})
