import type { Tool as WireTool } from '@modelcontextprotocol/sdk/types.js'
import type { JsonObject, Tool } from '@x/types'
import { asObject } from './json.js'

/** A tool of ours as the protocol lists it. */
export function toTool({ name, description, inputSchema, outputSchema, annotations = {} }: Tool): WireTool {
  const { title, readOnly, destructive, idempotent, openWorld } = annotations
  const output = toOutputSchema(outputSchema)
  const hints = {
    ...(readOnly !== undefined && { readOnlyHint: readOnly }),
    ...(destructive !== undefined && { destructiveHint: destructive }),
    ...(idempotent !== undefined && { idempotentHint: idempotent }),
    ...(openWorld !== undefined && { openWorldHint: openWorld }),
  }
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    inputSchema: { ...inputSchema, type: 'object' } as WireTool['inputSchema'],
    ...(output && { outputSchema: output as NonNullable<WireTool['outputSchema']> }),
    ...(Object.keys(hints).length > 0 && { annotations: hints }),
  }
}

/** The protocol takes objects only; a tool with another output schema is offered without one. */
export function toOutputSchema(schema: JsonObject | undefined): JsonObject | undefined {
  return asObject(schema)?.type === 'object' ? schema : undefined
}
