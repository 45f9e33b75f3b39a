import type { BedrockConfig } from '@x/provider-bedrock'
import type {
  AssistantPart,
  CachePointPart,
  Citation,
  DocumentPart,
  DocumentSource,
  ImagePart,
  JsonObject,
  JsonValue,
  MediaSource,
  Message,
  ModelRequest,
  OutputSpec,
  Part,
  ProviderPart,
  ToolResultContent,
  ToolResultPart,
  UserPart,
  VideoPart,
} from '@x/types'

/** A recorded Converse body, as far as the recordings use it. */
export interface RecordedBody {
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: readonly Block[] }[]
  readonly system?: readonly Block[]
  readonly toolConfig?: {
    readonly tools: readonly (JsonObject & { readonly toolSpec?: Spec })[]
    readonly toolChoice?: { readonly any?: object; readonly tool?: { readonly name: string } }
  }
  readonly inferenceConfig?: Partial<Pick<BedrockConfig, 'maxTokens' | 'temperature' | 'topP' | 'stopSequences'>>
  readonly additionalModelRequestFields?: JsonObject
  readonly outputConfig?: { readonly textFormat: { readonly structure: { readonly jsonSchema: JsonSchema } } }
}

interface Spec {
  readonly name: string
  readonly inputSchema: { readonly json: JsonObject }
}
type JsonSchema = Omit<OutputSpec, 'schema'> & { readonly schema: string }

interface Source {
  readonly bytes?: string
  readonly s3Location?: { readonly uri: string }
  readonly text?: string
}

interface Block {
  readonly text?: string
  readonly json?: JsonValue
  readonly image?: { readonly format: ImagePart['format']; readonly source: Source }
  readonly video?: { readonly format: VideoPart['format']; readonly source: Source }
  readonly document?: Pick<DocumentPart, 'name' | 'format' | 'context'> & {
    readonly source: Source
    readonly citations?: { readonly enabled: boolean }
  }
  readonly cachePoint?: Pick<CachePointPart, 'ttl'>
  readonly reasoningContent?: {
    readonly reasoningText?: { readonly text: string; readonly signature?: string }
    readonly redactedContent?: string
  }
  readonly citationsContent?: {
    readonly content: readonly { readonly text: string }[]
    readonly citations: readonly {
      readonly title: string
      readonly sourceContent: readonly { readonly text: string }[]
      readonly location: { readonly documentChar: object }
    }[]
  }
  readonly toolUse?: {
    readonly toolUseId: string
    readonly name: string
    readonly input: JsonValue
    readonly type?: string
  }
  readonly toolResult?: {
    readonly toolUseId: string
    readonly content: readonly Block[]
    readonly status?: string
    readonly type?: string
  }
}

/** A recorded Converse body as the request and the config that mean the same; all of it was said by `modelId`. */
export function fromWireBody(body: RecordedBody, modelId: string): { request: ModelRequest; config: BedrockConfig } {
  const { messages, system, toolConfig, inferenceConfig, additionalModelRequestFields: fields, outputConfig } = body
  const choice = toolConfig?.toolChoice
  const jsonSchema = outputConfig?.textFormat.structure.jsonSchema
  return {
    config: { modelId, ...inferenceConfig, ...(fields && { additionalRequestFields: fields }) },
    request: {
      messages: messages.flatMap(({ role, content }) => fromMessage(role, content, modelId)),
      ...(system && { system: system.map((block) => fromBlock(block) as CachePointPart) }),
      ...(toolConfig && { tools: toolConfig.tools.map(fromTool) }),
      ...(choice && { toolChoice: choice.tool ? { tool: choice.tool.name } : choice.any ? 'any' : 'auto' }),
      ...(jsonSchema && { output: { ...jsonSchema, schema: JSON.parse(jsonSchema.schema) } }),
    },
  }
}

function fromMessage(role: 'user' | 'assistant', content: readonly Block[], modelId: string): Message[] {
  if (role === 'assistant') {
    const parts = content.map((block) => (block.toolResult ? fromServer(block) : fromBlock(block)) as AssistantPart)
    return [{ role, model: { provider: 'aws.bedrock', modelId }, content: parts }]
  }
  const results = content.filter((block) => block.toolResult).map((block) => fromBlock(block) as ToolResultPart)
  const others = content.filter((block) => !block.toolResult).map((block) => fromBlock(block) as UserPart)
  return [
    ...(results.length > 0 ? [{ role: 'tool', content: results } as const] : []),
    ...(others.length > 0 ? [{ role, content: others } as const] : []),
  ]
}

function fromBlock(block: Block): Part {
  const { text, json, image, video, document, cachePoint, reasoningContent, citationsContent, toolUse, toolResult } =
    block
  if (text !== undefined) return { type: 'text', text }
  if (json !== undefined) return { type: 'json', value: json }
  if (image) return { type: 'image', format: image.format, source: fromSource(image.source) as MediaSource }
  if (video) return { type: 'video', format: video.format, source: fromSource(video.source) as MediaSource }
  if (document) {
    const { citations, source, ...members } = document
    const citable = citations && { citations: citations.enabled }
    return { type: 'document', ...members, source: fromSource(source), ...citable }
  }
  if (cachePoint) return { type: 'cache-point', ...(cachePoint.ttl && { ttl: cachePoint.ttl }) }
  if (reasoningContent) {
    const { reasoningText, redactedContent } = reasoningContent
    return { type: 'reasoning', ...reasoningText, ...(redactedContent && { redacted: redactedContent }) }
  }
  if (citationsContent) {
    const cited = citationsContent.content.map((piece) => piece.text).join('')
    return { type: 'text', text: cited, citations: citationsContent.citations.map(fromCitation) }
  }
  if (toolUse && !toolUse.type) {
    return { type: 'tool-call', id: toolUse.toolUseId, name: toolUse.name, input: toolUse.input }
  }
  if (toolResult) {
    const content = toolResult.content.map((item) => fromBlock(item) as ToolResultContent)
    return {
      type: 'tool-result',
      id: toolResult.toolUseId,
      content,
      ...(toolResult.status === 'error' && { isError: true }),
    }
  }
  return fromServer(block)
}

type WireCitation = NonNullable<Block['citationsContent']>['citations'][number]

function fromCitation({ title, sourceContent, location }: WireCitation): Citation {
  const citedText = sourceContent.map(({ text }) => text)
  return { title, citedText, location: { type: 'document-char', ...location.documentChar } }
}

function fromSource({ bytes, s3Location, text = '' }: Source): DocumentSource {
  if (s3Location) return { type: 's3', ...s3Location }
  return bytes === undefined ? { type: 'text', text } : { type: 'base64', base64: bytes }
}

function fromTool(tool: JsonObject & { readonly toolSpec?: Spec }): NonNullable<ModelRequest['tools']>[number] {
  if (tool.cachePoint) return { type: 'cache-point' }
  if (!tool.toolSpec) return fromServer(tool)
  const { inputSchema, ...spec } = tool.toolSpec
  return { ...spec, inputSchema: inputSchema.json }
}

function fromServer(value: object): ProviderPart {
  return { type: 'provider', provider: 'aws.bedrock', value: value as JsonObject }
}
