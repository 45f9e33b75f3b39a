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

export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** Tool arguments and JSON results have to be objects on the wire; models and tools may give any JSON. */
export function toWireObject(value: JsonValue): JsonObject {
  return isObject(value) ? value : { value }
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
  if (key === 'input' || key === 'json') return member
  if ((key === 'bytes' || key === 'redactedContent') && typeof member === 'string') return Buffer.from(member, 'base64')
  if (key === 'content' && Array.isArray(member)) return member.map((item) => toWireUnion(item, contentMembers))
  return toWireValue(member)
}
