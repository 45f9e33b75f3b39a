import type { JsonValue } from '@x/types'
import type { RequestFacts } from './match-request.js'
import { textOfResult, valueAt } from './match-request.js'
import type { TextMatch } from './match-text.js'
import type { ScriptReply } from './reply-rule.js'

/** What placeholders stand for. */
export interface TemplateSource {
  readonly match: TextMatch
  readonly facts: RequestFacts
}

/**
 * The reply with its placeholders replaced, in one pass: what is put in is not looked through again.
 * @throws Error for a placeholder that stands for nothing.
 */
export function fillTemplate(reply: ScriptReply, source: TemplateSource): ScriptReply {
  let length = 0
  const lookUp = (name: string): JsonValue => {
    const value = replacementOf(name, source)
    length += textOfResult(value).length
    if (length > maxFilledLength) throw new Error(`its placeholders give more than ${maxFilledLength} characters.`)
    return value
  }
  return fill(reply as unknown as JsonValue, lookUp, false) as unknown as ScriptReply
}

/** Names of the placeholders anywhere in a value. */
export function placeholdersIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return Array.from(value.matchAll(placeholder), ([, name = '']) => name)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(placeholdersIn) : []
}

const placeholder = /\{\{\s*([\w-]+(?:\.[\w-]+)*)\s*\}\}/g
const maxFilledLength = 1_000_000

function fill(value: JsonValue, lookUp: (name: string) => JsonValue, keepsType: boolean): JsonValue {
  if (typeof value === 'string') {
    const [whole, name = ''] = keepsType ? (value.matchAll(placeholder).next().value ?? []) : []
    if (whole === value) return lookUp(name)
    return value.replace(placeholder, (_whole, inner: string) => textOfResult(lookUp(inner)))
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => fill(item, lookUp, keepsType))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => {
      // Everywhere else the wire wants text.
      const typed = keepsType || member === 'input' || member === 'json'
      return [member, inner === undefined ? inner : fill(inner, lookUp, typed)]
    }),
  )
}

function replacementOf(name: string, { match, facts }: TemplateSource): JsonValue {
  const { conversation, request } = facts
  const [root = '', tool = '', ...path] = name.split('.')
  if (root === 'result') {
    const call = conversation.done.findLast((done) => done.name === tool)
    const value = valueAt(call?.output, path)
    if (value !== undefined) return value
    const found = call ? `its last result is ${textOfResult(call.output).slice(0, 80)}` : 'that tool has no result'
    throw new Error(`{{${name}}} stands for nothing: ${found}.`)
  }
  if (name === 'user') return conversation.question
  if (name === 'model') return request.modelId
  // A group that took no part in the match is empty.
  return /^\d+$/.test(name) ? (match.groups[Number(name)] ?? '') : (match.named[name] ?? '')
}
