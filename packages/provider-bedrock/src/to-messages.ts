import type { ContentBlock, Message as WireMessage } from '@aws-sdk/client-bedrock-runtime'
import type { Message } from '@x/types'
import { AgentError } from '@x/types'
import { provider } from './config.js'
import { quirksOf } from './quirks.js'
import { toBlocks } from './to-block.js'

/**
 * The conversation as the service takes it: tool messages are user turns, neighbours of one role are one turn with the
 * tool results first, and what would be empty is left out.
 * @throws AgentError `invalid-messages`
 */
export function toMessages(messages: readonly Message[], modelId: string): WireMessage[] {
  const quirks = quirksOf(modelId)
  const turns: { role: 'user' | 'assistant'; content: ContentBlock[] }[] = []
  for (const [index, message] of messages.entries()) {
    const ownFamily = isOwnFamily(message, modelId, quirks.family)
    const content = message.content.flatMap((part, place) =>
      toBlocks(part, { quirks, ownFamily, path: `messages.${index}.content.${place}` }),
    )
    if (content.length === 0) continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.content = [...last.content, ...content]
    else turns.push({ role, content })
  }
  if (turns.length === 0) {
    throw new AgentError('invalid-messages', 'There is nothing to send: the messages hold no content.', {
      hint: 'Give at least one user message with a part that is not blank.',
    })
  }
  return turns.flatMap((turn) => (turn.role === 'user' ? toUserTurn(turn.content, quirks.toolResultsAlone) : [turn]))
}

/** Whether the model asked now reads what this message's model alone could have written: reasoning and citations. */
function isOwnFamily(message: Message, modelId: string, family: string): boolean {
  const author = message.role === 'assistant' ? message.model : undefined
  if (author?.provider !== provider) return false
  return author.modelId === modelId || quirksOf(author.modelId).family === family
}

function toUserTurn(content: ContentBlock[], toolResultsAlone: boolean): WireMessage[] {
  const results = content.filter((block) => block.toolResult)
  const others = content.filter((block) => !block.toolResult)
  if (!toolResultsAlone || results.length === 0 || others.length === 0) {
    return [{ role: 'user', content: [...results, ...others] }]
  }
  // The service joins neighbours of one role, so a word of the assistant has to stand between the two.
  return [
    { role: 'user', content: results },
    { role: 'assistant', content: [{ text: '.' }] },
    { role: 'user', content: others },
  ]
}
