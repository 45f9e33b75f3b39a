import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { AgentError } from '@x/types'
import { asObject, asText } from './json.js'
import type { RemoteTool } from './remote-tool.js'
import { checkNames, fingerprintOfAll, fromTool } from './remote-tool.js'

/** Bounds of a list that the server gives page by page. */
const maxPages = 100
const maxTools = 1000
const maxKnown = 10 * maxTools

/** Names as the server gives them, or a rule. */
export type ToolFilter = readonly string[] | ((tool: RemoteTool) => boolean)

/** A tool that is not what it was when it was listed first. */
export interface ToolDrift {
  readonly before: RemoteTool
  readonly after: RemoteTool
}

export interface ListOptions {
  /** Stands before every name. */
  readonly prefix?: string
  /** Default: all. */
  readonly include?: ToolFilter
  readonly exclude?: ToolFilter
  /**
   * What to do when a tool's definition changes after it was listed first: it may have been approved as another. `refuse`
   * takes it off the list and refuses calls of it, `accept` takes the new one. Default `refuse`.
   */
  readonly onDrift?: 'refuse' | 'accept' | ((drift: ToolDrift) => 'refuse' | 'accept')
  /** Fingerprint of the tools as somebody reviewed them; any other list is refused. */
  readonly expectFingerprint?: string
  /** For each page. Default 60,000. */
  readonly timeoutMs?: number
}

/** What is known of a server's tools over time. */
export interface ToolList {
  readonly tools: readonly RemoteTool[]
  readonly fingerprint: string
  /** Definitions as they were first seen, or as a change was accepted; also of tools that the server took back. */
  readonly known: ReadonlyMap<string, RemoteTool>
  /** Local names of tools that were refused. */
  readonly refused: ReadonlySet<string>
}

/** @throws AgentError `invalid-config` for names that collide, `tools-changed` for a list other than the expected one */
export async function listTools(client: Client, options: ListOptions, before?: ToolList): Promise<ToolList> {
  const listed = client.getServerCapabilities()?.tools ? await readPages(client, options.timeoutMs) : []
  const { prefix = '', include, exclude, onDrift = 'refuse', expectFingerprint } = options
  const offered = listed
    .filter((entry) => !isTaskOnly(entry))
    .map((entry) => fromTool(entry, prefix))
    .filter((tool) => (include === undefined || matches(include, tool)) && !(exclude && matches(exclude, tool)))
  checkNames(offered)

  const fingerprint = fingerprintOfAll(offered)
  if (expectFingerprint !== undefined && fingerprint !== expectFingerprint) {
    throw new AgentError(
      'tools-changed',
      `The tools of the MCP server are not the expected ones, but ${fingerprint}.`,
      {
        hint: 'Review them, then change expectFingerprint.',
      },
    )
  }
  const known = new Map(before?.known)
  const refused = new Set<string>()
  const tools = offered.filter((after) => {
    const first = known.get(after.name)
    const isSame = first === undefined || first.fingerprint === after.fingerprint
    const verdict = isSame || (typeof onDrift === 'function' ? onDrift({ before: first, after }) : onDrift) === 'accept'
    if (known.size > maxKnown) throw new AgentError('tools-changed', 'The MCP server keeps on renaming its tools.')
    if (verdict) known.set(after.name, after)
    else refused.add(after.localName)
    return verdict
  })
  return { tools, fingerprint, known, refused }
}

async function readPages(client: Client, timeout = 60_000): Promise<readonly unknown[]> {
  const entries: unknown[] = []
  let cursor: string | undefined
  for (let page = 0; page < maxPages && entries.length <= maxTools; page++) {
    // Read without the SDK's own schema, which fails the whole list for one strange entry.
    const params = cursor === undefined ? {} : { params: { cursor } }
    const result = await client.request({ method: 'tools/list', ...params }, ResultSchema, { timeout })
    if (!Array.isArray(result.tools)) throw new AgentError('invalid-output', 'The MCP server gave no list of tools.')
    entries.push(...result.tools)
    cursor = asText(result.nextCursor)
    if (cursor === undefined && entries.length <= maxTools) return entries
  }
  throw new AgentError('invalid-output', `The MCP server lists more than ${maxTools} tools or ${maxPages} pages.`)
}

/** Its calls are tasks, an experimental part of the protocol that is not spoken here. */
function isTaskOnly(entry: unknown): boolean {
  return asObject(asObject(entry)?.execution)?.taskSupport === 'required'
}

function matches(filter: ToolFilter, tool: RemoteTool): boolean {
  return typeof filter === 'function' ? filter(tool) : filter.includes(tool.name)
}
