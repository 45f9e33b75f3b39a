import type { ContentBlockDelta, ContentBlockStart } from '@aws-sdk/client-bedrock-runtime'
import type { AssistantPart, ImagePart, JsonObject, JsonValue, ModelEvent } from '@x/types'
import { provider } from './config.js'
import { fromCitation } from './from-citation.js'
import { fromBytes, fromWireValue } from './wire-json.js'

/** One content block while it arrives. */
export interface Block {
  /** Undefined until something of it was seen; `whole` ones are gathered and given out at their end. */
  kind?: 'text' | 'reasoning' | 'tool-call' | 'whole'
  /** Of a whole block: the union member, and what was gathered, as the SDK or the wire has it. */
  name?: string
  value?: unknown
  /** Events that wait for the blocks before this one. */
  readonly held: ModelEvent[]
  closed: boolean
}

export function fromStart(block: Block, start: ContentBlockStart): readonly ModelEvent[] {
  const { toolUse } = start
  if (toolUse && isOrdinaryCall(toolUse.type)) {
    const { toolUseId = '', name = '' } = toolUse
    return [...enter(block, 'tool-call'), { type: 'tool-call-start', id: toolUseId, name }]
  }
  return gather(block, start)
}

export function fromDelta(block: Block, delta: ContentBlockDelta): readonly ModelEvent[] {
  if (delta.text !== undefined) {
    if (delta.text === '') return []
    const event: ModelEvent = { type: 'text-delta', text: delta.text }
    return block.kind === 'text' ? [event] : [...enter(block, 'text'), event]
  }
  if (delta.toolUse && block.kind === 'tool-call') {
    return delta.toolUse.input ? [{ type: 'tool-call-delta', inputText: delta.toolUse.input }] : []
  }
  if (delta.reasoningContent) {
    const { text, signature, redactedContent } = delta.reasoningContent
    const thought = {
      ...(text && { text }),
      ...(signature && { signature }),
      ...(redactedContent && { redacted: fromBytes(redactedContent) }),
    }
    if (Object.keys(thought).length === 0) return []
    return [...enter(block, 'reasoning'), { type: 'reasoning-delta', ...thought }]
  }
  if (delta.citation) {
    return [...enter(block, 'text'), { type: 'citation-delta', citation: fromCitation(delta.citation) }]
  }
  return gather(block, delta)
}

/** `cut`: its own end never came, so what is only given out whole is not given out. */
export function closeBlock(block: Block, cut: boolean): readonly ModelEvent[] {
  const { kind, name, value } = block
  if (kind === undefined) return []
  if (kind !== 'whole') return [{ type: 'part-end' }]
  return cut || name === undefined ? [] : [{ type: 'part', part: fromWhole(name, fromWireValue(value)) }]
}

/** A server tool's call has another type and is run by the service, never by us. */
export function isOrdinaryCall(type: string | undefined): boolean {
  return type === undefined || type === 'tool_use'
}

// One index may change its kind (seen with gpt-oss between text and reasoning); that ends one part and begins another.
function enter(block: Block, kind: NonNullable<Block['kind']>): readonly ModelEvent[] {
  if (block.kind === kind) return []
  const ended = closeBlock(block, false)
  block.kind = kind
  return ended
}

/** Server tools and their results, images, and whatever this package does not know yet. */
function gather(block: Block, piece: object): readonly ModelEvent[] {
  const [member, inner] = Object.entries(piece).find(([, value]) => value !== undefined) ?? []
  if (member === undefined) return []
  const [name, value] = member === '$unknown' ? (inner as [string, unknown]) : [member, inner]
  const ended = enter(block, 'whole')
  block.name ??= name
  // A tool result's deltas are pieces of its content.
  block.value = merge(block.value, Array.isArray(value) ? { content: value } : value)
  return ended
}

function merge(before: unknown, piece: unknown, key?: string): unknown {
  if (before === undefined) return piece
  if (key === 'bytes' && typeof before === 'string' && typeof piece === 'string') return joinBase64(before, piece)
  if (typeof before === 'string' && typeof piece === 'string') return before + piece
  if (Array.isArray(before) && Array.isArray(piece)) return [...before, ...piece]
  if (before instanceof Uint8Array && piece instanceof Uint8Array) return Buffer.concat([before, piece])
  if (typeof before !== 'object' || typeof piece !== 'object' || !before || !piece) return piece
  const old = before as Record<string, unknown>
  return {
    ...old,
    ...Object.fromEntries(Object.entries(piece).map(([key, value]) => [key, merge(old[key], value, key)])),
  }
}

/** Each piece may end in the padding of a whole, so the texts cannot just be joined. */
function joinBase64(before: string, piece: string): string {
  return Buffer.concat([Buffer.from(before, 'base64'), Buffer.from(piece, 'base64')]).toString('base64')
}

function fromWhole(name: string, value: JsonValue): AssistantPart {
  const members =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
  const image = name === 'image' && members ? fromImage(members) : undefined
  if (image) return image
  const input = name === 'toolUse' && members ? parsed(members.input) : undefined
  return { type: 'provider', provider, value: { [name]: input === undefined ? value : { ...members, input } } }
}

function fromImage({ format, source }: JsonObject): ImagePart | undefined {
  const { bytes, s3Location } = (source ?? {}) as { bytes?: string; s3Location?: { uri: string; bucketOwner?: string } }
  const known = format as ImagePart['format']
  if (bytes) return { type: 'image', format: known, source: { type: 'base64', base64: bytes } }
  return s3Location && { type: 'image', format: known, source: { type: 's3', ...s3Location } }
}

/** A stream sends a server call's arguments as JSON text, a whole reply as JSON. */
function parsed(input: JsonValue | undefined): JsonValue {
  if (typeof input !== 'string') return input ?? {}
  try {
    return input === '' ? {} : (JSON.parse(input) as JsonValue)
  } catch {
    return input
  }
}
