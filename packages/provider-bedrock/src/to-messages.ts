import type { ContentBlock, Message as WireMessage } from '@aws-sdk/client-bedrock-runtime'
import type { Message } from '@x/types'
import { AgentError } from '@x/types'
import { provider } from './config.js'
import { messageBlocks } from './message-blocks.js'
import type { Quirks } from './quirks.js'
import { quirksOf } from './quirks.js'

/**
 * The conversation as the service takes it: tool messages are user turns, neighbours of one role are one turn with the
 * tool results first, and what would be empty is left out.
 * @throws AgentError `invalid-messages`
 */
export function toMessages(messages: readonly Message[], modelId: string, family?: string): WireMessage[] {
  const quirks = quirksOf(modelId, family)
  const turns: { role: 'user' | 'assistant'; content: ContentBlock[] }[] = []
  for (const [index, message] of messages.entries()) {
    const ownFamily = isOwnFamily(message, modelId, quirks.family)
    const content = messageBlocks(message, quirks, ownFamily, `messages.${index}`)
    if (content.length === 0) continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.content = [...last.content, ...content]
    else turns.push({ role, content: [...content] })
  }
  if (turns.length === 0) {
    throw new AgentError('invalid-messages', 'There is nothing to send: the messages hold no content.', {
      hint: 'Give at least one user message with a part that is not blank.',
    })
  }
  return turns.flatMap((turn) => (turn.role === 'user' ? toUserTurn(turn.content, quirks) : [turn]))
}

/** Whether the model asked now reads what this message's model alone could have written: reasoning and citations. */
export function isOwnFamily(message: Message, modelId: string, family: string): boolean {
  const author = message.role === 'assistant' ? message.model : undefined
  if (author?.provider !== provider) return false
  return author.modelId === modelId || quirksOf(author.modelId).family === family
}

function toUserTurn(content: ContentBlock[], { apartFromToolResults = [] }: Quirks): WireMessage[] {
  const results = content.filter((block) => block.toolResult)
  const others = content.filter((block) => !block.toolResult)
  const isApart = (block: ContentBlock) =>
    !block.cachePoint &&
    (apartFromToolResults === 'all' || Object.keys(block).some((kind) => apartFromToolResults.includes(kind)))
  if (results.length === 0 || !others.some(isApart)) {
    return [{ role: 'user', content: [...results, ...others] }]
  }
  // A cache point cannot come first, so one right after the results stays with them.
  const firstOther = others.findIndex((block) => !block.cachePoint)
  // The service joins neighbours of one role, so a word of the assistant has to stand between the two.
  return [
    { role: 'user', content: [...results, ...others.slice(0, firstOther)] },
    { role: 'assistant', content: [{ text: '.' }] },
    { role: 'user', content: others.slice(firstOther) },
  ]
}
