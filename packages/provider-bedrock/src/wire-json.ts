import type { JsonObject, JsonValue } from '@x/types'

/*
 * Blocks that the contract does not model travel as JSON in provider parts and as the SDK's shapes on the wire. Two
 * things differ: bytes are base64 on this side and arrays on that, and a union member that the SDK does not know is
 * `{ $unknown: [name, value] }` over there.
 */

/** The SDK's form of a wire value to plain JSON. */
export function fromWireValue(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return fromBytes(value)
  if (Array.isArray(value)) return value.map(fromWireValue)
  if (typeof value !== 'object' || value === null) return (value ?? null) as JsonValue
  if ('$unknown' in value && Array.isArray(value.$unknown)) {
    const [name, inner] = value.$unknown
    return { [String(name)]: fromWireValue(inner) }
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, fromWireValue(member)]))
}

/** Plain JSON back to what the SDK sends as the same JSON; `members` are the union members that it knows at this place. */
export function toWireUnion(value: JsonValue, members: readonly string[]): object {
  const [name, inner] = (isObject(value) && Object.entries(value)[0]) || []
  if (name === undefined) return {}
  return members.includes(name) ? { [name]: toWireMember(name, inner) } : { $unknown: [name, inner] }
}

/** Bytes as base64: the SDK gives arrays, and the wire itself base64. */
export function fromBytes(bytes: Uint8Array | string): string {
  if (typeof bytes === 'string') return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** JSON of the wire, where a member that is null counts as missing, as it does for the SDK; documents stay as they are. */
export function parseWire(text: string): JsonValue {
  const value = JSON.parse(text) as JsonValue
  return text.includes('null') ? withoutNulls(value) : value
}

function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
  return Object.fromEntries(
    members.map(([key, member]) => [key, documents.has(key) ? member : withoutNulls(member as JsonValue)]),
  )
}

/** Members that hold the caller's or the model's own JSON. */
const documents: ReadonlySet<string> = new Set([
  'input',
  'json',
  'additionalModelRequestFields',
  'additionalModelResponseFields',
])

/** Tool arguments and JSON results have to be objects on the wire; models and tools may give any JSON. */
export function toWireObject(value: JsonValue): JsonObject {
  return isObject(value) ? value : { value }
}

/** What the SDK takes, as the JSON text that it would send: `key` is the member that holds the value. */
export function toWireText(value: unknown, key = ''): string {
  return JSON.stringify(toPlain(key, value))
}

function toPlain(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || documents.has(key)) return value
  if (value instanceof Uint8Array) return fromBytes(value)
  if (Array.isArray(value)) return value.map((item) => toPlain('', item))
  if ('$unknown' in value && Array.isArray(value.$unknown)) {
    const [name, inner] = value.$unknown
    return { [String(name)]: inner }
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null)
  return Object.fromEntries(members.map(([name, member]) => [name, toPlain(name, member)]))
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toWireValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toWireValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toWireMember(key, member)]))
}

/** What stands in the `content` lists inside blocks. */
export const contentMembers = ['json', 'text', 'image', 'document', 'video', 'searchResult']

// `input` and `json` are the caller's documents: a member called "bytes" in them is no blob.
function toWireMember(key: string, member: unknown): unknown {
  if (documents.has(key)) return member
  if ((key === 'bytes' || key === 'redactedContent') && typeof member === 'string') return Buffer.from(member, 'base64')
  if (key === 'content' && Array.isArray(member)) return member.map((item) => toWireUnion(item, contentMembers))
  return toWireValue(member)
}
