import { callIdsOf, placesOf, turnsOf } from './places.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { unsupportedBlock, unsupportedField, vendorSays } from './vendor-says.js'

/** What stands in the conversation: turns, texts, and reasoning of earlier answers. */
export const messageRules: readonly Rule[] = [
  conversationStart,
  messageNotEmpty,
  textNotBlank,
  resultTextNotEmpty,
  conversationEnd,
  systemTaken,
  blocksTaken,
  reasoningInPlace,
  reasoningSigned,
  reasoningLeads,
]

/** Only a prompt of the service's own brings messages along. */
function conversationStart({ model, quirks, body }: CheckedRequest): Refusal | undefined {
  const [first] = body.messages ?? []
  if (first ? first.role !== 'assistant' || !quirks.refusesAssistantStart : model.kind === 'prompt') return undefined
  return invalid(
    'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
  )
}

function messageNotEmpty({ body }: CheckedRequest): Refusal | undefined {
  const empty = (body.messages ?? []).findIndex((message) => message.content.length === 0)
  if (empty < 0) return undefined
  const where = `The content field in the Message object at messages.${empty} is empty.`
  return invalid(`${where} Add a ContentBlock object to the content field and try again.`)
}

/** White space counts as blank, between cited spans too. */
function textNotBlank({ body }: CheckedRequest): Refusal | undefined {
  const blank = placesOf(body).find(({ block, inResult }) => !inResult && block.text?.trim() === '')
  if (!blank) return undefined
  const where = `The text field in the ContentBlock object at ${blank.path} is blank.`
  return invalid(`${where} Add text to the text field, and try again.`)
}

/** Quoted in public issues without its path. */
function resultTextNotEmpty({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (quirks.dialect !== 'anthropic') return undefined
  const hasEmpty = placesOf(body).some(({ block, inResult }) => inResult && block.text === '')
  return hasEmpty ? vendorSays('messages: text content blocks must be non-empty') : undefined
}

/** An answer to go on from; both texts are quoted in public issues. */
function conversationEnd({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (body.messages?.at(-1)?.role !== 'assistant') return undefined
  if (quirks.refusesAssistantEnd === 'service') {
    const rule = 'The model that you are using requires the last turn in the conversation to be a user message.'
    return invalid(`${rule} Add a user message to the conversation and try again.`)
  }
  return quirks.refusesAssistantEnd === 'vendor'
    ? vendorSays(
        'This model does not support assistant message prefill. The conversation must end with a user message.',
      )
    : undefined
}

/** An empty list is recorded as taken by models without system prompts. After the service's general form. */
function systemTaken({ quirks, body }: CheckedRequest): Refusal | undefined {
  return quirks.refusesSystem && body.system?.length ? unsupportedField('system') : undefined
}

/** Results count as well as messages. */
function blocksTaken({ quirks, body }: CheckedRequest): Refusal | undefined {
  const places = placesOf(body)
  const isIn = (kind: string, inside?: true) =>
    places.some(({ block, inResult }) => block[kind] && (!inside || inResult))
  const kind =
    quirks.refusedBlocks?.find((name) => isIn(name)) ?? quirks.refusedResultBlocks?.find((name) => isIn(name, true))
  return kind === undefined ? undefined : unsupportedBlock(kind)
}

/** Recorded with an assistant message, from models that do not reason; documented for users' messages. */
function reasoningInPlace({ quirks, body }: CheckedRequest): Refusal | undefined {
  const isRefused = placesOf(body).some(
    ({ block, role }) => block.reasoningContent && (role === 'user' || quirks.reasoningHistory === 'refused'),
  )
  return isRefused
    ? invalid('User messages cannot contain reasoning content. Please remove the reasoning content and try again.')
    : undefined
}

/** Both texts are quoted in public issues. */
function reasoningSigned({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (quirks.reasoningHistory !== 'signed') return undefined
  for (const { block, path } of placesOf(body)) {
    const { reasoningText } = block.reasoningContent ?? {}
    if (!reasoningText || reasoningText.signature) continue
    return typeof reasoningText.signature === 'string'
      ? vendorSays(`${path}: Invalid \`signature\` in \`thinking\` block`)
      : vendorSays(`${path}.thinking.signature: Field required`)
  }
  return undefined
}

/** While tools are used, thought goes back to where it was. Quoted in public issues. */
function reasoningLeads({ body }: CheckedRequest): Refusal | undefined {
  const thinking = body.additionalModelRequestFields?.thinking as { readonly type?: unknown } | null | undefined
  const [asked, answered] = turnsOf(body).slice(-2)
  if (thinking?.type !== 'enabled' || !asked || !answered?.blocks.some((block) => block.toolResult)) return undefined
  const [first] = asked.blocks
  if (asked.role !== 'assistant' || !first || first.reasoningContent || callIdsOf(asked.blocks).length === 0) {
    return undefined
  }
  const found = first.toolUse ? 'tool_use' : 'text'
  return vendorSays(
    `messages.${asked.messageIndex}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found ` +
      `\`${found}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block ` +
      '(preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks ' +
      'from previous turns. To avoid this requirement, disable `thinking`. Please consult our documentation at ' +
      'https://docs.claude.com/en/docs/build-with-claude/extended-thinking',
  )
}
