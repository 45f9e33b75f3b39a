import type { AgentTool, ModelRequest, ToolSpec, TurnCall } from '@x/types'

/** What the model is asked in a turn: the data of the call, without what only the loop needs. */
export function toModelRequest({ messages, system, tools, toolChoice, output }: TurnCall): ModelRequest {
  return {
    messages,
    ...(system && system.length > 0 && { system }),
    ...(tools.length > 0 && { tools: toSpecs(tools) }),
    ...(toolChoice && { toolChoice }),
    ...(output && { output }),
  }
}

type RequestTools = NonNullable<ModelRequest['tools']>

// The same list of tools gives the same list of specs, so that a provider may cache its wire form by identity.
const specsOf = new WeakMap<readonly AgentTool[], RequestTools>()

function toSpecs(tools: readonly AgentTool[]): RequestTools {
  const known = specsOf.get(tools)
  if (known) return known
  const specs = tools.map((tool) => ('type' in tool ? tool : toSpec(tool)))
  specsOf.set(tools, specs)
  return specs
}

function toSpec({ name, description, inputSchema, strict }: ToolSpec): ToolSpec {
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema,
    ...(strict !== undefined && { strict }),
  }
}
