import type { Message, ModelEvent, ModelRequest, Part, ToolCallPart, ToolChoice, ToolResultPart } from '@x/types'
import { AgentError } from '@x/types'
import type { AcmeCloudConfig } from './acme-cloud.js'
import type { WireCall, WireMessage, WireRequest, WireThinking, WireTool } from './wire.js'

/**
 * The request as the service takes it.
 * @throws AgentError `unsupported` for what the service cannot be told; dropping it would change the question
 */
export function toWire(request: ModelRequest, config: AcmeCloudConfig): WireRequest {
  const { messages, system, tools, toolChoice, output } = request
  const wireTools = tools?.flatMap((tool) => toTool(tool))
  return {
    model: config.modelId,
    ...(system && { system: toText(system) }),
    messages: messages.flatMap((message) => toMessages(message)),
    ...(wireTools && wireTools.length > 0 && { tools: wireTools }),
    ...(toolChoice && { tool_choice: toToolChoice(toolChoice) }),
    ...(output && { output_schema: output.schema }),
    ...(config.maxTokens !== undefined && { max_tokens: config.maxTokens }),
    ...(config.temperature !== undefined && { temperature: config.temperature }),
  }
}

/** What is left out although the request asked for it. */
export function warningsOf({ messages, system = [], tools = [] }: ModelRequest): ModelEvent[] {
  const parts = [...system, ...tools, ...messages.flatMap(({ content }): readonly Part[] => content)]
  const points = parts.filter((part) => 'type' in part && part.type === 'cache-point').length
  if (points === 0) return []
  return [{ type: 'warning', code: 'cache-point', message: `Acme Cloud has no cache points: ${points} left out.` }]
}

/** One message each, but for tool results, which are a message of their own here. */
function toMessages(message: Message): WireMessage[] {
  if (message.role === 'user') return [{ role: 'user', text: toText(message.content) }]
  if (message.role === 'tool') {
    return message.content.filter((part): part is ToolResultPart => isSent(part)).map(toToolMessage)
  }
  const { content, model } = message
  const calls = content.filter((part): part is ToolCallPart => part.type === 'tool-call').map(toCall)
  // Only the service that wrote a signature can read it.
  const own = model?.provider === 'acme-cloud'
  const thinking = own ? content.flatMap((part) => toThinking(part)) : []
  return [
    {
      role: 'assistant',
      text: toText(content.filter(({ type }) => type !== 'tool-call' && type !== 'reasoning')),
      ...(thinking.length > 0 && { thinking }),
      ...(calls.length > 0 && { calls }),
    },
  ]
}

function toToolMessage({ id, content, isError = false }: ToolResultPart): WireMessage {
  return { role: 'tool', call_id: id, text: toText(content), failed: isError }
}

function toCall({ id, name, input, malformedInput }: ToolCallPart): WireCall {
  return { id, name, arguments: malformedInput ?? JSON.stringify(input) }
}

function toThinking(part: Part): WireThinking[] {
  if (part.type !== 'reasoning' || part.signature === undefined) return []
  return [{ text: part.text ?? '', signature: part.signature }]
}

function toTool(tool: NonNullable<ModelRequest['tools']>[number]): WireTool[] {
  if ('type' in tool) {
    if (isSent(tool)) throw unsupported('a tool of its own', 'Define it with a name and an inputSchema.')
    return []
  }
  const { name, description = '', inputSchema } = tool
  return [{ name, description, parameters: inputSchema }]
}

function toToolChoice(choice: ToolChoice): string {
  return typeof choice === 'string' ? choice : `tool:${choice.tool}`
}

function toText(parts: readonly Part[]): string {
  return parts
    .filter(isSent)
    .map((part) => {
      if (part.type === 'text') return part.text
      if (part.type === 'json') return JSON.stringify(part.value)
      throw unsupported(`a part of the type "${part.type}"`, 'It takes text.')
    })
    .join('\n')
}

/** A cache point is only a hint, and a block of another provider is dropped by contract; all else must be sent. */
function isSent(part: Part): boolean {
  return part.type !== 'cache-point' && !(part.type === 'provider' && part.provider !== 'acme-cloud')
}

function unsupported(what: string, hint: string): AgentError {
  return new AgentError('unsupported', `Acme Cloud cannot be sent ${what}.`, { hint })
}
