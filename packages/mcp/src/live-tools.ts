import type { AgentTool, Middleware, Tool } from '@x/types'
import type { McpTools } from './mcp-tools.js'

/**
 * A layer that gives each turn the tools that the servers have now, after whatever other tools the agent has:
 * `new Agent({ model, tools: [add], use: [liveTools(files, web)] })`. Without it an agent keeps the list it was made with.
 */
export function liveTools(...servers: readonly Pick<McpTools, 'tools'>[]): Middleware {
  // The same list as long as nothing changes: what is cached by its identity stays cached.
  const known = new WeakMap<readonly AgentTool[], Extended>()
  return {
    name: 'mcp-live-tools',
    turn(call, next) {
      const lists = servers.map(({ tools }) => tools)
      const last = known.get(call.tools)
      const isSame = last && lists.every((list, index) => list === last.lists[index])
      const extended = isSame ? last : { lists, tools: [...call.tools, ...lists.flat()] }
      known.set(call.tools, extended)
      return next({ ...call, tools: extended.tools })
    },
  }
}

interface Extended {
  readonly lists: readonly (readonly Tool[])[]
  readonly tools: readonly AgentTool[]
}
