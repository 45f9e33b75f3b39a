import type { AgentTool, Tool, TurnCall } from '@x/types'
import { expect, it } from 'vitest'
import { liveTools } from '../src/index.js'

it('gives each turn the tools of now, in a list that stays the same while they do', () => {
  const tool = (name: string): Tool => ({ name, inputSchema: {} })
  const server = { tools: [tool('a')] as readonly Tool[] }
  const layer = liveTools(server)
  const call = { tools: [tool('add')] } as unknown as TurnCall
  const seen: (readonly AgentTool[])[] = []
  const turn = () => layer.turn?.(call, ({ tools }) => void seen.push(tools) as never)
  turn()
  turn()
  server.tools = [tool('a'), tool('b')]
  turn()
  expect(seen).toEqual([
    [tool('add'), tool('a')],
    [tool('add'), tool('a')],
    [tool('add'), tool('a'), tool('b')],
  ])
  expect(seen[0]).toBe(seen[1])
})
