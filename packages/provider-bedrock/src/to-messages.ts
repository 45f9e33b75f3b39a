import type { ContentBlock, Message as WireMessage } from '@aws-sdk/client-bedrock-runtime'
import type { Message } from '@x/types'
import { AgentError } from '@x/types'
import { provider } from './config.js'
import { messageBlocks } from './message-blocks.js'
import { prefixMemory } from './prefix-memory.js'
import type { Quirks } from './quirks.js'
import { quirksOf } from './quirks.js'

/**
 * The conversation as the service takes it: tool messages are user turns, neighbours of one role are one turn with the
 * tool results first, and what would be empty is left out. A turn before the last ones is made once, and is the same
 * object from then on, so that its JSON text is, too.
 * @throws AgentError `invalid-messages`
 */
export function toMessages(messages: readonly Message[], modelId: string, family?: string): WireMessage[] {
  const quirks = quirksOf(modelId, family)
  const key = JSON.stringify([modelId, family])
  const known = memory.find(messages, key)
  const next = known && turnsFrom(known.length, messages, modelId, quirks)
  // A turn is over where the next one begins; another message of the same role would have gone on it.
  const before = next?.[0]?.role === known?.carried.role ? undefined : known
  const turns = before && next ? next : turnsFrom(0, messages, modelId, quirks)
  const sent = turns.map((turn) => (turn.role === 'user' ? toUserTurn(turn.content, quirks) : [toMessage(turn)]))
  const begun = before?.carried.sent ?? []
  const settled = turns.length - openTurns
  const [end, last] = [turns[settled]?.from, turns[settled - 1]]
  if (end !== undefined && last) {
    const carried = { role: last.role, sent: [...begun, ...sent.slice(0, settled).flat()] }
    memory.keep(messages, key, { length: end, carried }, known)
  }
  if (turns.length === 0 && begun.length === 0) {
    throw new AgentError('invalid-messages', 'There is nothing to send: the messages hold no content.', {
      hint: 'Give at least one user message with a part that is not blank.',
    })
  }
  return [...begun, ...sent.flat()]
}

/** Two exchanges: cache points that move on with the conversation stand in the last two turns of the user. */
const openTurns = 4

const memory = prefixMemory<Message, { readonly role: Turn['role']; readonly sent: readonly WireMessage[] }>()

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: ContentBlock[]
  /** Of its first message. */
  readonly from: number
}

function turnsFrom(start: number, messages: readonly Message[], modelId: string, quirks: Quirks): readonly Turn[] {
  const turns: Turn[] = []
  for (let index = start; index < messages.length; index++) {
    const message = messages[index] as Message
    const ownFamily = isOwnFamily(message, modelId, quirks.family)
    const content = messageBlocks(message, quirks, ownFamily, `messages.${index}`)
    if (content.length === 0) continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...content)
    else turns.push({ role, content: [...content], from: index })
  }
  return turns
}

function toMessage({ role, content }: Turn): WireMessage {
  return { role, content }
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
