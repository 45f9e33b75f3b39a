import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Agent } from '@x/agent-loop'
import { scriptedModel } from '@x/types/testing'
import { expect, test } from 'vitest'

test('an agent that does nothing costs less than 600 bytes, as model and tools are shared', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const model = scriptedModel([])
  const make = () => new Agent({ model, name: 'idle', system: 'Be brief.', tools: [], use: [] })
  // A list of its final size first, so that only the agents are measured.
  const agents: (Agent | undefined)[] = new Array(10_000).fill(undefined)
  for (let count = 0; count < 1_000; count++) make()
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let place = 0; place < agents.length; place++) agents[place] = make()
  collectGarbage()
  const bytes = (process.memoryUsage().heapUsed - before) / agents.length
  expect(agents.at(-1)?.messages).toEqual([])
  expect(bytes).toBeLessThan(600)
})
