import type {
  CachePointBlock,
  ContentBlock,
  GuardrailConverseContentBlock,
  ToolUseBlock,
} from '@aws-sdk/client-bedrock-runtime'
import type { CachePointPart, GuardContentPart, Message, ProviderPart, ReasoningPart, ToolCallPart } from '@x/types'
import { AgentError } from '@x/types'
import { provider } from './config.js'
import type { Quirks } from './quirks.js'
import { toCitations } from './to-citations.js'
import { toAudio, toBytes, toDocument, toImage, toSearchResult, toVideo } from './to-media.js'
import { toText } from './to-text.js'
import { toToolResult } from './to-tool-result.js'
import { toWireObject, toWireUnion } from './wire-json.js'

export interface BlockContext {
  readonly quirks: Quirks
  /** The part comes from a model of the family that is asked now. */
  readonly ownFamily: boolean
  /** Of the part, for error messages. */
  readonly path: string
}

/**
 * One part as blocks; none if there is nothing in it that this model can be sent.
 * @throws AgentError `invalid-messages`
 */
export function toBlocks(part: Message['content'][number], context: BlockContext): ContentBlock[] {
  const { quirks, ownFamily, path } = context
  switch (part.type) {
    case 'text':
      return toText(part.text).map((text) =>
        part.citations?.length && ownFamily
          ? { citationsContent: { content: [text], citations: toCitations(part.citations) } }
          : text,
      )
    case 'image':
      return [toImage(part, path)]
    case 'document':
      return [toDocument(part, path)]
    case 'video':
      return [toVideo(part, path)]
    case 'audio':
      return [toAudio(part, path)]
    case 'search-result':
      return [toSearchResult(part)]
    case 'reasoning':
      return ownFamily && quirks.replaysReasoning ? toReasoning(part, path) : []
    case 'tool-call':
      return [{ toolUse: toToolUse(part) }]
    case 'tool-result':
      return [{ toolResult: toToolResult(part, quirks, path) }]
    case 'cache-point':
      return [toCachePoint(part)]
    case 'guard-content':
      return [toGuardContent(part, path)]
    case 'provider':
      return part.provider === provider ? [toOwnBlock(part, path)] : []
    default:
      // Only untyped callers come here; what they meant would otherwise be lost without a word.
      part satisfies never
      throw new AgentError('invalid-messages', `${path} is no part that can be sent: unknown type.`)
  }
}

export function toCachePoint({ ttl }: CachePointPart): { cachePoint: CachePointBlock } {
  return { cachePoint: { type: 'default', ...(ttl && { ttl }) } }
}

export function toGuardContent(
  { content, qualifiers }: GuardContentPart,
  path: string,
): { guardContent: GuardrailConverseContentBlock } {
  if (content.type === 'text') {
    return { guardContent: { text: { text: content.text, ...(qualifiers && { qualifiers: [...qualifiers] }) } } }
  }
  const { format, source } = content
  if ((format !== 'png' && format !== 'jpeg') || source.type !== 'base64') {
    throw new AgentError('invalid-messages', `${path} cannot be guarded: a guardrail looks at png and jpeg bytes only.`)
  }
  return { guardContent: { image: { format, source: { bytes: toBytes(source.base64, path) } } } }
}

const blockMembers = [
  'text',
  'image',
  'document',
  'video',
  'audio',
  'toolUse',
  'toolResult',
  'guardContent',
  'cachePoint',
  'reasoningContent',
  'citationsContent',
  'searchResult',
]

// They exist in the service's model and nowhere else: no page and no recording says what they do.
const unpublished = ['toolAddition', 'toolRemoval']

function toOwnBlock({ value }: ProviderPart, path: string): ContentBlock {
  const name = unpublished.find((member) => typeof value === 'object' && value !== null && member in value)
  if (name !== undefined) {
    throw new AgentError('invalid-messages', `${path} holds a ${name} block, which cannot be sent.`, {
      hint: 'AWS has not published how it behaves. Change `tools` of the request instead.',
    })
  }
  return toWireUnion(value, blockMembers) as ContentBlock
}

// Unsigned thoughts are refused by the models that sign theirs, and the others do without them.
function toReasoning({ text = '', signature, redacted }: ReasoningPart, path: string): ContentBlock[] {
  return [
    ...(signature ? [{ reasoningContent: { reasoningText: { text, signature } } }] : []),
    ...(redacted ? [{ reasoningContent: { redactedContent: toBytes(redacted, path) } }] : []),
  ]
}

function toToolUse({ id, name, input }: ToolCallPart): ToolUseBlock {
  return { toolUseId: id, name, input: toWireObject(input) as NonNullable<ToolUseBlock['input']> }
}
