import type { Tool, ToolConfiguration, ToolChoice as WireToolChoice } from '@aws-sdk/client-bedrock-runtime'
import type { JsonObject, ModelRequest, ToolChoice, ToolSpec } from '@x/types'
import { provider } from './config.js'
import { toCachePoint } from './to-block.js'
import { toStrictSchema } from './to-strict-schema.js'
import { toWireUnion } from './wire-json.js'

/**
 * The tools of a request. Two rules of the service shape it: the list may not be empty, and it may not be missing once
 * the history holds tool calls. A history without the tools that it names gets them back by name, arguments open.
 *
 * There is no `none` on the wire: the tools are left out, or, where the history forbids that, the model is left its
 * own choice.
 */
export function toToolConfig(request: ModelRequest, strictTools?: boolean): ToolConfiguration | undefined {
  const isClosed = request.toolChoice === 'none' && calledTools(request).length === 0
  const offered = isClosed ? [] : (request.tools ?? [])
  const tools = offered.flatMap((tool) => toTool(tool, strictTools))
  if (!tools.some((tool) => !tool.cachePoint)) {
    const called = calledTools(request)
    return called.length > 0 ? { tools: called.map(openTool) } : undefined
  }
  const toolChoice = toToolChoice(request.toolChoice)
  return { tools, ...(toolChoice && { toolChoice }) }
}

function calledTools({ messages }: ModelRequest): string[] {
  const calls = messages.flatMap(({ content }) => content.filter((part) => part.type === 'tool-call'))
  return [...new Set(calls.map(({ name }) => name))]
}

function toTool(tool: NonNullable<ModelRequest['tools']>[number], strictTools = false): Tool[] {
  if (!('type' in tool)) return [toToolSpec(strictTools && tool.strict === undefined ? toStrict(tool) : tool)]
  if (tool.type === 'cache-point') return [toCachePoint(tool)]
  return tool.provider === provider ? [toWireUnion(tool.value, toolMembers) as Tool] : []
}

const toolMembers = ['toolSpec', 'systemTool', 'cachePoint']

function toStrict(tool: ToolSpec): ToolSpec {
  return { ...tool, strict: true, inputSchema: toStrictSchema(tool.inputSchema) }
}

function toToolSpec({ name, description, inputSchema, strict }: ToolSpec): Tool.ToolSpecMember {
  return {
    toolSpec: {
      name,
      ...(description?.trim() && { description }),
      inputSchema: { json: inputSchema as Document },
      ...(strict !== undefined && { strict }),
    },
  }
}

function openTool(name: string): Tool {
  const inputSchema: JsonObject = { type: 'object' }
  return toToolSpec({ name, inputSchema })
}

type Document = NonNullable<NonNullable<Tool.ToolSpecMember['toolSpec']['inputSchema']>['json']>

function toToolChoice(choice: ToolChoice | undefined): WireToolChoice | undefined {
  if (choice === undefined || choice === 'none') return undefined
  if (choice === 'auto') return { auto: {} }
  return choice === 'any' ? { any: {} } : { tool: { name: choice.tool } }
}
