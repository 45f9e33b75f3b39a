import type { JsonValue } from '@x/types'
import type { ChosenCall } from './choose-calls.js'
import { chooseCalls } from './choose-calls.js'
import { composeAnswer } from './compose-answer.js'
import type { Conversation, ToolFacts } from './conversation.js'
import { readConversation } from './conversation.js'
import { fillSchema } from './fill-schema.js'
import type { LocalRequest, WholeReply } from './reply.js'
import type { ConverseBody, WireBlock } from './wire.js'

/**
 * The scripted model behind the endpoint when no reply is given. It is no language model: rules look at the last thing
 * the user said, at the tools and at their results so far, and
 *
 * - fill a forced tool's schema, or the schema of a structured answer, from the words of the conversation;
 * - otherwise call the tools that the question's words fit, several at once if it names several things, and then a
 *   calculator if the question asks for a difference, a sum, an average or Fahrenheit;
 * - answer in text when nothing is left to call.
 *
 * The same request always gets the same reply, but for the ids of its tool calls.
 */
export function standIn({ body }: LocalRequest): WholeReply {
  const conversation = readConversation(body)
  const schema = answerSchemaOf(body)
  const forced = forcedTool(body, conversation)
  if (forced) return callAll([{ name: forced.name, input: filledFrom(conversation, forced.schema) }])

  const calls = chooseCalls(conversation)
  if (calls.length > 0) return callAll(calls, conversation.done.length === 0 ? 'Let me see.' : undefined)
  if (schema) return JSON.stringify(filledFrom(conversation, schema))
  return composeAnswer(conversation)
}

/** The tool that must be called now: the one named, or with `any` the one that fits best. */
function forcedTool({ toolConfig }: ConverseBody, conversation: Conversation): ToolFacts | undefined {
  const { tools } = conversation
  const { tool, any } = toolConfig?.toolChoice ?? {}
  if (tool) return tools.find(({ name }) => name === tool.name)
  if (!any || (tools.length > 1 && chooseCalls(conversation).length > 0)) return undefined
  return tools[0]
}

function filledFrom({ question, userText, facts }: Conversation, schema: ToolFacts['schema']): JsonValue {
  const near = fillSchema(schema, { text: question, facts })
  return near.missing.length === 0 ? near.value : fillSchema(schema, { text: userText, facts }).value
}

function answerSchemaOf({ outputConfig }: ConverseBody): ToolFacts['schema'] | undefined {
  const format = outputConfig?.textFormat as { structure?: { jsonSchema?: { schema?: string } } } | undefined
  const text = format?.structure?.jsonSchema?.schema
  return text === undefined ? undefined : (JSON.parse(text) as ToolFacts['schema'])
}

function callAll(calls: readonly ChosenCall[], opening?: string): WholeReply {
  const content: readonly WireBlock[] = calls.map((call) => ({ toolUse: call }))
  return { content: opening ? [{ text: opening }, ...content] : content }
}
