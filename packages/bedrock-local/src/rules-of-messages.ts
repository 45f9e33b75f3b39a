import { quirksOf } from './quirks.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { LocalRequest } from './reply.js'
import type { Rule } from './rules.js'
import type { WireBlock } from './wire.js'

/** What stands in the conversation. */
export const messageRules: readonly Rule[] = [
  conversationStart,
  messageNotEmpty,
  textNotBlank,
  documentBesideText,
  documentNamesUnique,
]

/** Only a prompt of the service's own brings messages along. */
function conversationStart({ modelId, body }: LocalRequest): Refusal | undefined {
  const [first] = body.messages ?? []
  if (first?.role === 'user' || (!first && modelId.includes(':prompt/'))) return undefined
  if (first && !quirksOf(modelId).refusesAssistantStart) return undefined
  return invalid(
    'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
  )
}

function messageNotEmpty({ body }: LocalRequest): Refusal | undefined {
  const empty = (body.messages ?? []).findIndex((message) => message.content.length === 0)
  if (empty < 0) return undefined
  const where = `The content field in the Message object at messages.${empty} is empty.`
  return invalid(`${where} Add a ContentBlock object to the content field and try again.`)
}

/** White space counts as blank. */
function textNotBlank({ body }: LocalRequest): Refusal | undefined {
  for (const [at, message] of (body.messages ?? []).entries()) {
    const blank = message.content.findIndex((block) => typeof block.text === 'string' && block.text.trim() === '')
    if (blank < 0) continue
    const where = `The text field in the ContentBlock object at messages.${at}.content.${blank} is blank.`
    return invalid(`${where} Add text to the text field, and try again.`)
  }
  return undefined
}

function documentBesideText({ body }: LocalRequest): Refusal | undefined {
  const lonely = (body.messages ?? []).some(
    ({ content }) => content.some((block) => block.document) && !content.some((block) => block.text),
  )
  return lonely ? invalid('A text block must be included when using documents.') : undefined
}

function documentNamesUnique({ body }: LocalRequest): Refusal | undefined {
  const names = (body.messages ?? []).flatMap(({ content }) => content.flatMap(documentName))
  if (new Set(names).size === names.length) return undefined
  return invalid("Messages can't contain duplicate document names. Rename the document and retry your request.")
}

function documentName({ document }: WireBlock): readonly string[] {
  return typeof document?.name === 'string' ? [document.name] : []
}
