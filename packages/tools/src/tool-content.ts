import type { JsonValue, ToolOutput, ToolResultContent } from '@x/types'
import { AgentError } from '@x/types'

/**
 * What a tool returned, as the content that a model reads; the same rule as the loop's: text stays text, a list counts
 * as parts only if every item is a well-formed part, and everything else is JSON.
 * @throws AgentError `tool-failed` for values that have no JSON form.
 */
export function toToolContent(output: ToolOutput): readonly ToolResultContent[] {
  if (output === undefined) return [{ type: 'text', text: '(no output)' }]
  if (typeof output === 'string') return [{ type: 'text', text: output }]
  if (Array.isArray(output) && output.length > 0 && output.every(isContent)) return output
  return [{ type: 'json', value: toJson(output) }]
}

function toJson(value: unknown): JsonValue {
  let text: string | undefined
  try {
    text = JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member))
  } catch (cause) {
    throw new AgentError('tool-failed', 'The tool returned a value that cannot be written as JSON.', { cause })
  }
  if (text === undefined) throw new AgentError('tool-failed', `The tool returned a ${typeof value}, which is not JSON.`)
  return JSON.parse(text) as JsonValue
}

const requiredMember: { readonly [type: string]: string } = {
  text: 'text',
  json: 'value',
  image: 'source',
  document: 'source',
  video: 'source',
  'search-result': 'content',
  provider: 'value',
}

function isContent(item: unknown): item is ToolResultContent {
  if (typeof item !== 'object' || item === null || !('type' in item)) return false
  const type = String(item.type)
  return Object.hasOwn(requiredMember, type) && String(requiredMember[type]) in item
}
