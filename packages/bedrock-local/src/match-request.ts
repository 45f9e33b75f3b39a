import type { JsonValue } from '@x/types'
import type { Conversation, DoneCall } from './conversation.js'
import { readConversation } from './conversation.js'
import type { TextMatch } from './match-text.js'
import { describePattern, matchGlob, matchText } from './match-text.js'
import type { LocalRequest } from './reply.js'
import type { NumberRange, RequestPattern, ResultPattern, TextPattern } from './reply-rule.js'

/** What the rules look at, read once for a request. */
export interface RequestFacts {
  readonly request: LocalRequest
  readonly conversation: Conversation
  readonly system: string
  readonly turn: number
}

export function readFacts(request: LocalRequest): RequestFacts {
  const { messages = [], system = [] } = request.body
  const texts = system.map(({ text }) => (typeof text === 'string' ? text : ''))
  return {
    request,
    conversation: readConversation(request.body),
    system: texts.join('\n'),
    turn: 1 + messages.filter(({ role }) => role === 'assistant').length,
  }
}

/** The match of the user's text, or the first thing that does not fit, in words. `time` is left to the caller. */
export function matchRequest(pattern: RequestPattern, facts: RequestFacts): TextMatch | string {
  const { request, conversation, system, turn } = facts
  const { operation, modelId } = request
  if (pattern.operation !== undefined && pattern.operation !== operation) return `the operation is ${operation}`
  if (pattern.model !== undefined && !matchGlob(pattern.model, modelId)) {
    return `the model is ${quoted(modelId)}, not ${quoted(pattern.model)}`
  }
  if (pattern.turn !== undefined && !isWithin(turn, pattern.turn)) return `it is turn ${turn}`
  const match = pattern.user === undefined ? noGroups : matchText(pattern.user, conversation.question)
  if (!match) return `the user's text has no ${describe(pattern.user)}, it is ${quoted(conversation.question)}`
  if (pattern.system !== undefined && !matchText(pattern.system, system)) {
    return `the system text has no ${describe(pattern.system)}, it is ${quoted(system)}`
  }
  return toolsMismatch(pattern, conversation) ?? resultsMismatch(pattern, conversation) ?? match
}

export function isWithin(value: number, range: number | NumberRange): boolean {
  if (typeof range === 'number') return value === range
  return value >= (range.from ?? value) && value <= (range.to ?? value)
}

/** The value at a path such as `days.0.celsius`; the empty path is the value itself. */
export function valueAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (inner, member) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, member)
        ? (inner as { readonly [member: string]: JsonValue })[member]
        : undefined,
    value,
  )
}

export function textOfResult(output: JsonValue): string {
  return typeof output === 'string' ? output : JSON.stringify(output)
}

const noGroups: TextMatch = { groups: [], named: {} }

function toolsMismatch({ tools }: RequestPattern, conversation: Conversation): string | undefined {
  if (!tools) return undefined
  const offered = conversation.tools.map(({ name }) => name)
  const list = offered.length > 0 ? offered.map(quoted).join(', ') : 'none'
  if (tools.length === 0) return offered.length > 0 ? `tools are offered: ${list}` : undefined
  const missing = tools.find((glob) => !offered.some((name) => matchGlob(glob, name)))
  return missing === undefined ? undefined : `no tool ${quoted(missing)} is offered, but ${list}`
}

function resultsMismatch({ results }: RequestPattern, { done }: Conversation): string | undefined {
  if (!results) return undefined
  if (results.length === 0) return done.length > 0 ? `there is a result of ${quoted(done[0]?.name ?? '')}` : undefined
  const missing = results.find((pattern) => !done.some((call) => isResult(call, pattern)))
  if (!missing) return undefined
  const same = done.findLast(({ name }) => matchGlob(missing.tool, name))
  const what = same ? `the one there is: ${quoted(textOfResult(same.output))}` : 'there is none of that tool'
  return `no result of ${quoted(missing.tool)} fits, ${what}`
}

function isResult({ name, output, isError }: DoneCall, pattern: ResultPattern): boolean {
  const { tool, text, json } = pattern
  if (!matchGlob(tool, name) || (pattern.isError ?? isError) !== isError) return false
  if (text !== undefined && !matchText(text, textOfResult(output))) return false
  if (!json) return true
  const value = valueAt(output, json.path === '' ? [] : json.path.split('.'))
  if (value === undefined) return false
  if (json.equals !== undefined && JSON.stringify(value) !== JSON.stringify(json.equals)) return false
  return json.matches === undefined || matchText(json.matches, textOfResult(value)) !== undefined
}

function describe(pattern: TextPattern | undefined): string {
  return pattern === undefined ? '' : describePattern(pattern)
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text)
}
