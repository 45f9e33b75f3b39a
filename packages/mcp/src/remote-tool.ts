import { createHash } from 'node:crypto'
import type { JsonObject, ToolAnnotations } from '@x/types'
import { AgentError } from '@x/types'
import { asObject, asText, canonical } from './json.js'
import { toInputSchema } from './to-input-schema.js'

/** A tool as its server tells of it. */
export interface RemoteTool {
  /** What the server calls it. */
  readonly name: string
  /** What the model calls it: prefixed and made legal. */
  readonly localName: string
  readonly description?: string
  readonly inputSchema: JsonObject
  readonly outputSchema?: JsonObject
  readonly annotations: ToolAnnotations
  /** SHA-256 of everything the server said about it, in hexadecimal. */
  readonly fingerprint: string
}

/** @throws AgentError `invalid-output` for an entry that is no tool */
export function fromTool(entry: unknown, prefix: string): RemoteTool {
  const tool = asObject(entry) ?? {}
  const name = asText(tool.name)
  if (!name) throw new AgentError('invalid-output', 'The MCP server lists a tool without a name.')
  const description = asText(tool.description)
  const outputSchema = asObject(tool.outputSchema)
  return {
    name,
    localName: toLocalName(prefix, name),
    ...(description !== undefined && { description }),
    inputSchema: toInputSchema(asObject(tool.inputSchema) ?? {}),
    ...(outputSchema && { outputSchema }),
    annotations: fromAnnotations(asObject(tool.annotations) ?? {}, asText(tool.title)),
    fingerprint: fingerprintOf(tool),
  }
}

/** Of a list of tools, in whatever order. */
export function fingerprintOfAll(tools: readonly RemoteTool[]): string {
  return fingerprintOf(tools.map(({ name, fingerprint }) => `${fingerprint} ${name}`).sort())
}

/** @throws AgentError `invalid-config` when two tools would have one name */
export function checkNames(tools: readonly RemoteTool[]): void {
  const seen = new Map<string, string>()
  for (const { name, localName } of tools) {
    const other = seen.get(localName)
    if (other !== undefined) {
      const both = `"${other.slice(0, 80)}" and "${name.slice(0, 80)}"`
      throw new AgentError('invalid-config', `The tools ${both} of an MCP server would both be named "${localName}".`, {
        hint: 'Leave one of them out with exclude.',
      })
    }
    seen.set(localName, name)
  }
}

function toLocalName(prefix: string, name: string): string {
  return `${prefix}${name}`.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64)
}

function fromAnnotations(annotations: JsonObject, title: string | undefined): ToolAnnotations {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations
  const shown = title ?? asText(annotations.title)
  return {
    ...(shown !== undefined && { title: shown }),
    ...(typeof readOnlyHint === 'boolean' && { readOnly: readOnlyHint }),
    ...(typeof destructiveHint === 'boolean' && { destructive: destructiveHint }),
    ...(typeof idempotentHint === 'boolean' && { idempotent: idempotentHint }),
    ...(typeof openWorldHint === 'boolean' && { openWorld: openWorldHint }),
  }
}

function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex')
}
