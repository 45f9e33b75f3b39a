import type { JsonObject, JsonValue } from '@x/types'
import type { ConverseBody, WireBlock, WireToolResult } from './wire.js'

/** What the stand-in looks at. */
export interface Conversation {
  /** The last thing that the user said in words. */
  readonly question: string
  /** All that users said, the last first. */
  readonly userText: string
  readonly tools: readonly ToolFacts[]
  /** Calls made since the question, with what came of them. */
  readonly done: readonly DoneCall[]
  /** Members of JSON results since the question, by name; the latest counts. */
  readonly facts: ReadonlyMap<string, JsonValue>
}

export interface ToolFacts {
  readonly name: string
  readonly description: string
  readonly schema: JsonObject
}

export interface DoneCall {
  readonly name: string
  readonly input: JsonValue
  /** JSON if the result was JSON, or text that reads as JSON; otherwise the text. */
  readonly output: JsonValue
  readonly isError: boolean
}

/** Rules of thumb need no more characters, and must not take seconds over a book. */
const maxTextLength = 10_000

export function readConversation(body: ConverseBody): Conversation {
  const messages = body.messages ?? []
  const asked = messages.findLastIndex(
    ({ role, content }) => role === 'user' && wordsOf(content) !== '' && !content.some((block) => block.toolResult),
  )
  const users = messages.filter(({ role }) => role === 'user').map(({ content }) => wordsOf(content))
  const done = readCalls(messages.slice(asked + 1).flatMap(({ content }) => content))
  return {
    question: wordsOf(messages[asked]?.content ?? []).slice(0, maxTextLength),
    userText: users.reverse().join('\n').slice(0, maxTextLength),
    tools: (body.toolConfig?.tools ?? []).flatMap(({ toolSpec }) =>
      toolSpec
        ? [{ name: toolSpec.name, description: toolSpec.description ?? '', schema: toolSpec.inputSchema?.json ?? {} }]
        : [],
    ),
    done,
    facts: new Map(done.flatMap(({ output, isError }) => (isError ? [] : membersOf(output)))),
  }
}

/** Every scalar in a JSON value with the name it stands under. */
export function membersOf(value: JsonValue | undefined, name = ''): readonly (readonly [string, JsonValue])[] {
  if (value === undefined || value === null) return []
  if (typeof value !== 'object') return [[name, value]]
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => membersOf(item, name))
  return Object.entries(value).flatMap(([member, item]) => membersOf(item, member))
}

function readCalls(blocks: readonly WireBlock[]): readonly DoneCall[] {
  const results = new Map(blocks.flatMap(({ toolResult }) => (toolResult ? [[toolResult.toolUseId, toolResult]] : [])))
  return blocks.flatMap(({ toolUse }) => {
    const result = toolUse && results.get(toolUse.toolUseId ?? '')
    if (!toolUse || !result) return []
    const isError = result.status === 'error'
    return [{ name: toolUse.name, input: toolUse.input ?? {}, output: outputOf(result), isError }]
  })
}

function outputOf(result: WireToolResult): JsonValue {
  const [first, ...rest] = result.content ?? []
  if (first?.json !== undefined && rest.length === 0) return first.json
  const text = (result.content ?? []).map((block) => block.text ?? JSON.stringify(block.json ?? '')).join('\n')
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}

function wordsOf(content: readonly WireBlock[]): string {
  return content
    .flatMap((block) => {
      // What a guardrail is pointed at is still said to the model.
      const text = block.text ?? (block.guardContent as { text?: { text?: unknown } } | undefined)?.text?.text
      return typeof text === 'string' ? [text] : []
    })
    .join('\n')
    .trim()
}
