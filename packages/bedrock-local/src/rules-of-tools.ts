import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { LocalRequest } from './reply.js'
import type { Rule } from './rules.js'
import { constraint } from './rules-of-shape.js'
import type { WireBlock, WireMessage, WireTool } from './wire.js'

/** Tools as they are declared, called and answered. */
export const toolRules: readonly Rule[] = [
  toolName,
  toolSchema,
  toolChoiceNamesTool,
  toolConfigBesideToolBlocks,
  callsAnswered,
  errorResultSaysSomething,
]

function toolName({ body }: LocalRequest): Refusal | undefined {
  for (const [index, { toolSpec }] of (body.toolConfig?.tools ?? []).entries()) {
    const path = `toolConfig.tools.${index + 1}.member.toolSpec.name`
    const name = toolSpec ? String(toolSpec.name ?? '') : 'no-tool'
    if (!/^[a-zA-Z0-9_-]+$/.test(name)) {
      return constraint(path, 'Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+')
    }
    if (name.length > 64) return constraint(path, 'Member must have length less than or equal to 64')
  }
  return undefined
}

function toolSchema({ body }: LocalRequest): Refusal | undefined {
  for (const [index, { toolSpec }] of (body.toolConfig?.tools ?? []).entries()) {
    const path = `toolConfig.tools.${index}.toolSpec.inputSchema`
    const schema = toolSpec ? toolSpec.inputSchema?.json : { type: 'object' }
    if (typeof schema !== 'object' || schema === null) {
      return invalid(`The format of the value at ${path}.json is invalid. Provide a json object and try again.`)
    }
    if (schema.type !== 'object') {
      return invalid(`The value at ${path}.json.type must be one of the following: object.`)
    }
    if (schema.properties === null) {
      const fix = 'Fix the following errors and try again: $.properties: null found, object expected'
      return invalid(`The json schema definition at ${path} is invalid. ${fix}`)
    }
  }
  return undefined
}

function toolChoiceNamesTool({ body }: LocalRequest): Refusal | undefined {
  const name = body.toolConfig?.toolChoice?.tool?.name
  if (name === undefined || body.toolConfig?.tools?.some((tool: WireTool) => tool.toolSpec?.name === name)) {
    return undefined
  }
  return invalid('The toolChoice names a tool that is not in toolConfig.tools.')
}

function toolConfigBesideToolBlocks({ body }: LocalRequest): Refusal | undefined {
  const hasToolBlocks = body.messages?.some((message) =>
    message.content.some((block) => block.toolUse || block.toolResult),
  )
  if (!hasToolBlocks || body.toolConfig) return undefined
  return invalid('The toolConfig field must be defined when using toolUse and toolResult content blocks.')
}

/** Every call of an assistant turn is answered in the very next turn, and nothing else is. */
function callsAnswered({ body }: LocalRequest): Refusal | undefined {
  const turns = mergeTurns(body.messages ?? [])
  for (const [index, turn] of turns.entries()) {
    if (turn.role !== 'user') continue
    const calls = turns[index - 1]?.blocks.flatMap(callId) ?? []
    const results = turn.blocks.flatMap((block) => block.toolResult?.toolUseId ?? [])
    const missing = calls.filter((id) => !results.includes(id))
    if (missing.length > 0) return unanswered(turn.messageIndex, missing)
    if (results.length > calls.length) {
      const path = `messages.${turn.messageIndex}.content`
      return invalid(
        `The number of toolResult blocks at ${path} exceeds the number of toolUse blocks of previous turn.`,
      )
    }
  }
  const open = turns.at(-1)?.blocks.flatMap(callId) ?? []
  return open.length > 0 ? unanswered(body.messages?.length ?? 0, open) : undefined
}

function unanswered(messageIndex: number, ids: readonly string[]): Refusal {
  return invalid(
    `Expected toolResult blocks at messages.${messageIndex}.content for the following Ids: ${ids.join(', ')}`,
  )
}

function errorResultSaysSomething({ body }: LocalRequest): Refusal | undefined {
  for (const [at, message] of (body.messages ?? []).entries()) {
    const empty = message.content.findIndex(
      ({ toolResult }) => toolResult?.status === 'error' && !toolResult.content?.length,
    )
    if (empty >= 0) {
      const path = `messages.${at}.content.${empty}.toolResult`
      return invalid(`The content field at ${path} cannot be empty when status value is error.`)
    }
  }
  return undefined
}

interface Turn {
  readonly role: string
  /** Of its first message. */
  readonly messageIndex: number
  readonly blocks: readonly WireBlock[]
}

/** The service reads neighbouring messages of one role as one. */
function mergeTurns(messages: readonly WireMessage[]): Turn[] {
  const turns: Turn[] = []
  for (const [messageIndex, { role, content }] of messages.entries()) {
    const last = turns.at(-1)
    if (last?.role === role) turns[turns.length - 1] = { ...last, blocks: [...last.blocks, ...content] }
    else turns.push({ role, messageIndex, blocks: content })
  }
  return turns
}

/** A server tool's call is answered by the service itself, in the same message. */
function callId({ toolUse }: WireBlock): readonly string[] {
  return toolUse && toolUse.type !== 'server_tool_use' ? [String(toolUse.toolUseId)] : []
}
