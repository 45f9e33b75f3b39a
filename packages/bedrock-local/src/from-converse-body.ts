import type {
  AssistantPart,
  JsonObject,
  Message,
  ModelRequest,
  OutputSpec,
  Part,
  SystemPart,
  ToolPart,
  UserPart,
} from '@x/types'
import { AgentError } from '@x/types'
import { fromCachePoint, fromUnknown, fromWireBlock } from './from-wire-block.js'
import type { ConverseBody, WireBlock, WireMessage, WireTool, WireToolChoice } from './wire.js'

/** Who is asked: what earlier answers hold was written by it, or its own reasoning would not be sent back to it. */
export interface Author {
  readonly provider: string
  readonly modelId: string
}

/**
 * The body of a Converse or ConverseStream request as the request that means the same. Sampling settings are no part of
 * it; see {@link fromInferenceConfig}.
 * @throws AgentError `invalid-request` when the schema of a structured answer is no JSON.
 */
export function fromConverseBody(body: ConverseBody, author: Author): ModelRequest {
  const { messages = [], system, toolConfig } = body
  const output = fromOutputConfig(body.outputConfig)
  return {
    messages: messages.flatMap((message) => fromMessage(message, author)),
    ...(system && { system: system.map((block) => fromWireBlock(block as WireBlock) as SystemPart) }),
    ...(toolConfig?.tools && { tools: toolConfig.tools.map(fromTool) }),
    ...(toolConfig?.toolChoice && { toolChoice: fromToolChoice(toolConfig.toolChoice) }),
    ...(output && { output }),
  }
}

/** The settings that go along, under the names that providers of this house give them. */
export function fromInferenceConfig({ inferenceConfig = {} }: ConverseBody): JsonObject {
  const { maxTokens, temperature, topP, stopSequences } = inferenceConfig
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences !== undefined && { stopSequences }),
  }
}

/** Tool results are a message of their own, with the cache points right behind them. */
function fromMessage({ role, content }: WireMessage, author: Author): readonly Message[] {
  if (role === 'assistant') {
    return [{ role, model: author, content: content.map(fromAssistantBlock) }]
  }
  const results: ToolPart[] = []
  const others: UserPart[] = []
  for (const block of content) {
    const part = fromWireBlock(block)
    if (part.type === 'tool-result') results.push(part)
    else if (part.type === 'cache-point' && results.length > 0 && others.length === 0) results.push(part)
    else others.push(part as UserPart)
  }
  return [
    ...(results.length > 0 ? [{ role: 'tool', content: results } as const] : []),
    ...(others.length > 0 ? [{ role: 'user', content: others } as const] : []),
  ]
}

const assistantParts: ReadonlySet<Part['type']> = new Set([
  'text',
  'reasoning',
  'tool-call',
  'image',
  'cache-point',
  'provider',
])

/** A result in an answer is a server tool's. */
function fromAssistantBlock(block: WireBlock): AssistantPart {
  const part = fromWireBlock(block)
  return assistantParts.has(part.type) ? (part as AssistantPart) : fromUnknown(block)
}

function fromTool(tool: WireTool): NonNullable<ModelRequest['tools']>[number] {
  if (tool.cachePoint) return fromCachePoint(tool.cachePoint as JsonObject)
  if (!tool.toolSpec) return fromUnknown(tool)
  const { name, description, inputSchema, strict } = tool.toolSpec
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: inputSchema.json,
    ...(strict !== undefined && { strict }),
  }
}

function fromToolChoice({ tool, any }: WireToolChoice): NonNullable<ModelRequest['toolChoice']> {
  if (tool) return { tool: tool.name }
  return any ? 'any' : 'auto'
}

function fromOutputConfig(outputConfig: JsonObject | undefined): OutputSpec | undefined {
  const format = outputConfig?.textFormat as { readonly structure?: { readonly jsonSchema?: JsonSchema } } | undefined
  const jsonSchema = format?.structure?.jsonSchema
  if (!jsonSchema) return undefined
  const { name = 'answer', description, schema } = jsonSchema
  try {
    return { name, schema: JSON.parse(schema) as JsonObject, ...(description !== undefined && { description }) }
  } catch (cause) {
    throw new AgentError('invalid-request', 'The schema of outputConfig.textFormat is no JSON.', { cause })
  }
}

interface JsonSchema {
  readonly name?: string
  readonly description?: string
  /** JSON as text. */
  readonly schema: string
}
