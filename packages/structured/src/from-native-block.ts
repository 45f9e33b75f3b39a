import type {
  CachePointPart,
  DocumentPart,
  DocumentSource,
  ImagePart,
  MediaSource,
  ReasoningPart,
  TextPart,
} from '@x/types'
import { AgentError } from '@x/types'
import { toBase64 } from './base64.js'

type NativePart = TextPart | ImagePart | DocumentPart | CachePointPart | ReasoningPart

interface Fields {
  readonly [name: string]: unknown
}

/** Readers by the one member that a content block of Converse holds. */
const readers: { readonly [member: string]: ((value: Fields, path: string) => NativePart) | undefined } = {
  image: ({ format, source }, path) => ({
    type: 'image',
    format: textAt(format, `${path}.format`) as ImagePart['format'],
    source: fromSource(source, `${path}.source`),
  }),
  document: ({ name, format, source, context, citations }, path) => ({
    type: 'document',
    name: textAt(name, `${path}.name`),
    source: fromDocumentSource(source, `${path}.source`),
    ...(format !== undefined && { format: textAt(format, `${path}.format`) as NonNullable<DocumentPart['format']> }),
    ...(context !== undefined && { context: textAt(context, `${path}.context`) }),
    ...(isFields(citations) && { citations: citations.enabled === true }),
  }),
  cachePoint: ({ ttl }) => ({ type: 'cache-point', ...(ttl !== undefined && { ttl: ttl as '5m' | '1h' }) }),
  reasoningContent({ reasoningText, redactedContent }, path) {
    if (redactedContent !== undefined) return { type: 'reasoning', redacted: bytesAt(redactedContent, path) }
    const { text, signature } = fieldsAt(reasoningText, `${path}.reasoningText`)
    return {
      ...{ type: 'reasoning', text: textAt(text, `${path}.reasoningText.text`) },
      ...(signature !== undefined && { signature: textAt(signature, `${path}.reasoningText.signature`) }),
    }
  },
}

/**
 * One content block of the Converse API; `undefined` when it is none, or one that has no reader here.
 * @throws AgentError `invalid-messages` where a member is not what it must be
 */
export function fromNativeBlock(block: Fields, path: string): NativePart | undefined {
  const [member, ...others] = Object.keys(block).filter((name) => block[name] !== undefined)
  if (member === undefined || others.length > 0) return undefined
  if (member === 'text') return { type: 'text', text: textAt(block.text, `${path}.text`) }
  const read = Object.hasOwn(readers, member) ? readers[member] : undefined
  return read?.(fieldsAt(block[member], `${path}.${member}`), `${path}.${member}`)
}

export function textAt(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw new AgentError('invalid-messages', `${path} must be a string, not ${kindOf(value)}.`)
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldsAt(value: unknown, path: string): Fields {
  if (isFields(value)) return value
  throw new AgentError('invalid-messages', `${path} must be an object, not ${kindOf(value)}.`)
}

function fromSource(value: unknown, path: string): MediaSource {
  const { bytes, s3Location } = fieldsAt(value, path)
  if (s3Location === undefined) return { type: 'base64', base64: bytesAt(bytes, `${path}.bytes`) }
  const { uri, bucketOwner } = fieldsAt(s3Location, `${path}.s3Location`)
  return {
    ...{ type: 's3', uri: textAt(uri, `${path}.s3Location.uri`) },
    ...(bucketOwner !== undefined && { bucketOwner: textAt(bucketOwner, `${path}.s3Location.bucketOwner`) }),
  }
}

function fromDocumentSource(value: unknown, path: string): DocumentSource {
  const { text } = fieldsAt(value, path)
  return text === undefined ? fromSource(value, path) : { type: 'text', text: textAt(text, `${path}.text`) }
}

function bytesAt(value: unknown, path: string): string {
  return value instanceof Uint8Array ? toBase64(value) : textAt(value, path)
}
