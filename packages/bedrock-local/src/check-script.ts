import type { Check } from './check-value.js'
import { hasMembers, isFlag, isJson, isList, isNumber, isObject, isOneKind, isOneOf, isText } from './check-value.js'
import { placeholdersIn } from './fill-template.js'
import { toRegExp } from './match-text.js'
import { parseFault } from './parse-fault.js'
import type { LocalRequest } from './reply.js'
import type { ReplyRule, ReplyRulesOptions, TextPattern } from './reply-rule.js'

/** What a script file holds. */
export interface Script extends ReplyRulesOptions {
  readonly rules: readonly ReplyRule[]
}

/**
 * Checks rules before the first request comes.
 * @throws Error with up to five of the places where they are wrong.
 */
export function checkScript(value: unknown): asserts value is Script {
  const problems: string[] = []
  isScript(value, '', problems)
  if (problems.length === 0) return
  const more = problems.length > maxProblems ? [`and ${problems.length - maxProblems} more`] : []
  throw new Error(`The rules are wrong: ${[...problems.slice(0, maxProblems), ...more].join('; ')}.`)
}

const maxProblems = 5
const maxRules = 1000
const maxItems = 1000
const maxTextLength = 2_000_000

const isTextPattern: Check = (value, path, problems) => {
  if (typeof value === 'string' || value instanceof RegExp) return
  const before = problems.length
  hasMembers({ regex: isText, flags: isText }, ['regex'])(value, path, problems)
  if (problems.length > before) return
  try {
    toRegExp(value as Exclude<TextPattern, string>)
  } catch (error) {
    problems.push(`${path} is no regular expression: ${(error as Error).message}`)
  }
}

const isCount: Check = (value, path, problems) => {
  const check = typeof value === 'number' ? isNumber(1) : hasMembers({ from: isNumber(1), to: isNumber(1) })
  check(value, path, problems)
}

const operations: readonly LocalRequest['operation'][] = ['Converse', 'ConverseStream']

const isPattern = hasMembers({
  user: isTextPattern,
  system: isTextPattern,
  model: isText,
  operation: isOneOf(operations),
  tools: isList(isText, maxItems),
  results: isList(
    hasMembers(
      {
        tool: isText,
        text: isTextPattern,
        json: hasMembers({ path: isText, equals: isJson, matches: isTextPattern }, ['path']),
        isError: isFlag,
      },
      ['tool'],
    ),
    maxItems,
  ),
  turn: isCount,
  time: isCount,
})

const isTextBlock: Check = (value, path, problems) => {
  const before = problems.length
  hasMembers({ text: isText, repeat: isNumber(1) })(value, path, problems)
  if (problems.length > before) return
  const { text, repeat = 1 } = value as { readonly text: string; readonly repeat?: number }
  if (text.length * repeat <= maxTextLength) return
  problems.push(`${path} makes ${text.length * repeat} characters, ${maxTextLength} are the most`)
}

const isToolUse = hasMembers({ name: isText, toolUseId: isText, input: isJson, inputText: isText, type: isText }, [
  'name',
])
const isToolResult = hasMembers(
  { toolUseId: isText, content: isList(isObject, maxItems), status: isOneOf(['success', 'error']), type: isText },
  ['toolUseId'],
)
const isReasoning = isOneKind({
  reasoningText: hasMembers({ reasoningText: hasMembers({ text: isText, signature: isText }, ['text']) }),
  redactedContent: hasMembers({ redactedContent: isText }),
})
const isCited = hasMembers(
  { content: isList(hasMembers({ text: isText }, ['text']), maxItems), citations: isList(isObject, maxItems) },
  ['content', 'citations'],
)

const isBlock = isOneKind({
  text: isTextBlock,
  toolUse: hasMembers({ toolUse: isToolUse }),
  toolResult: hasMembers({ toolResult: isToolResult }),
  reasoningContent: hasMembers({ reasoningContent: isReasoning }),
  citationsContent: hasMembers({ citationsContent: isCited }),
  image: hasMembers({ image: hasMembers({ format: isText, source: isObject }, ['format', 'source']) }),
})

const isFault: Check = (value, path, problems) => {
  try {
    parseFault(value)
  } catch (error) {
    problems.push(`${path} is no fault: ${(error as Error).message.replace(/\.$/, '')}`)
  }
}

const isMilliseconds = isNumber(0, 3_600_000)

const isReplyParts = hasMembers({
  content: isList(isBlock, maxItems),
  stopReason: isText,
  usage: hasMembers({
    inputTokens: isNumber(0),
    outputTokens: isNumber(0),
    totalTokens: isNumber(0),
    cacheReadInputTokens: isNumber(0),
    cacheWriteInputTokens: isNumber(0),
    cacheDetails: isList(hasMembers({ ttl: isText, inputTokens: isNumber(0) }, ['ttl', 'inputTokens']), maxItems),
  }),
  deltaLength: isNumber(1),
  delayMs: isMilliseconds,
  firstDelayMs: isMilliseconds,
  latencyMs: isMilliseconds,
  additionalModelResponseFields: isObject,
  trace: isObject,
  fault: isFault,
})

const isRule: Check = (value, path, problems) => {
  const before = problems.length
  const isReply: Check = (reply, ...rest) => (typeof reply === 'string' ? undefined : isReplyParts(reply, ...rest))
  hasMembers({ name: isText, when: isPattern, reply: isReply }, ['reply'])(value, path, problems)
  if (problems.length > before) return
  const { when, reply } = value as ReplyRule
  const groups = groupsOf(when?.user)
  for (const name of placeholdersIn(reply)) {
    if (groups.includes(name) || name === 'user' || name === 'model' || /^result\../.test(name)) continue
    const known = [...groups, 'user', 'model', 'result.<tool>.<member>'].map((each) => `{{${each}}}`)
    problems.push(`${path}.reply has {{${name}}}, and there are ${known.join(', ')}`)
  }
}

/** Numbers and names of the groups that a match of the pattern has. */
function groupsOf(pattern: TextPattern | undefined): readonly string[] {
  if (pattern === undefined) return []
  if (typeof pattern === 'string') return ['0']
  const { source, flags } = toRegExp(pattern)
  // An empty alternative always matches, and shows what groups there are.
  const match = new RegExp(`${source}|`, flags).exec('')
  return [...(match ?? []).keys(), ...Object.keys(match?.groups ?? {})].map(String)
}

const isScript = hasMembers({ rules: isList(isRule, maxRules), otherwise: isOneOf(['error', 'stand-in']) }, ['rules'])
