import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Tool } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import type { RemoteTool } from './remote-tool.js'
import type { ListOptions, ToolList } from './tool-list.js'
import { listTools } from './tool-list.js'

/** What happened to a server's tools while it was connected. */
export interface ToolsChange {
  /** The list from now on. */
  readonly tools: readonly Tool[]
  readonly fingerprint: string
  /** Names of tools whose definition changed and that were refused. */
  readonly refused: readonly string[]
  /** Why the list could not be read again, or was refused as a whole. */
  readonly error?: AgentError
}

/** The tools of a server as of now. */
export interface ToolCatalog {
  /** Another array whenever something changed, and the same one as long as nothing did. */
  tools(): readonly Tool[]
  fingerprint(): string
  /** Lists the tools anew; one at a time. @throws what `listTools` throws; a list that was refused leaves no tools */
  refresh(client: Client): Promise<void>
  /** @throws AgentError when the tool must not be called any more */
  check(tool: RemoteTool): void
}

const noTools: ToolList = { tools: [], fingerprint: '', known: new Map(), refused: new Set() }

export function toolCatalog(
  options: ListOptions & { readonly onToolsChanged?: (change: ToolsChange) => void },
  toTool: (remote: RemoteTool) => Tool,
): ToolCatalog {
  let list = noTools
  let tools: readonly Tool[] = []
  let isFirst = true
  let last: Promise<void> = Promise.resolve()
  /** By fingerprint, so that a tool that stays as it was stays the same object. */
  let made = new Map<string, Tool>()

  const take = (next: ToolList, error?: AgentError) => {
    const before = made
    made = new Map(next.tools.map((remote) => [remote.fingerprint, before.get(remote.fingerprint) ?? toTool(remote)]))
    const isSame = tools.length === made.size && [...made.values()].every((tool, index) => tool === tools[index])
    if (!isSame) tools = [...made.values()]
    const refused = [...next.refused]
    const isNews = !isSame || refused.some((name) => !list.refused.has(name)) || error !== undefined
    list = next
    if (isNews && !isFirst)
      options.onToolsChanged?.({ tools, fingerprint: next.fingerprint, refused, ...(error && { error }) })
    isFirst = false
  }
  const refresh = async (client: Client) => {
    try {
      take(await listTools(client, options, list))
    } catch (error) {
      if (!isFirst && isAgentError(error)) {
        const withdrawn = {
          ...list,
          tools: [],
          refused: new Set([...list.refused, ...list.tools.map(({ localName }) => localName)]),
        }
        take(error.code === 'tools-changed' ? withdrawn : list, error)
      }
      throw error
    }
  }
  return {
    tools: () => tools,
    fingerprint: () => list.fingerprint,
    refresh(client) {
      last = last.catch(() => undefined).then(() => refresh(client))
      return last
    },
    check({ name, localName }) {
      if (list.refused.has(localName)) {
        throw new AgentError('tools-changed', `${localName} was not called: its server changed its definition.`, {
          hint: 'Review the new definition and connect again, or set onDrift.',
        })
      }
      if (!list.tools.some((tool) => tool.name === name)) {
        throw new AgentError('unknown-tool', `Its server no longer offers ${localName}.`)
      }
    },
  }
}
