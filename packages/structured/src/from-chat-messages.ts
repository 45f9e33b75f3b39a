import type { AssistantMessage, AssistantPart, Message, SystemPart, UserPart } from '@x/types'
import { AgentError } from '@x/types'
import type { ChatMessage, ChatSystem } from './chat-message.js'
import { fromNativeBlock, isFields, kindOf, textAt } from './from-native-block.js'
import { imageFormatOf } from './media-input.js'
import { foreignUrl, readDataUrl } from './media-source.js'

export interface Conversation {
  readonly messages: readonly Message[]
  /** What stands in `system` comes first, then the system messages in their order. */
  readonly system: readonly SystemPart[]
}

/**
 * The conversation in the terms of this house. What is given is not changed. `author`: whose thoughts those of the
 * assistant are where a message does not say, as thoughts are sent to the family that had them and to no other.
 * @throws AgentError `invalid-messages` that names the place
 */
export function fromChatMessages(
  given: readonly ChatMessage[],
  givenSystem: ChatSystem = [],
  author?: AssistantMessage['model'],
): Conversation {
  if (!Array.isArray(given)) throw new AgentError('invalid-messages', `messages must be a list, not ${kindOf(given)}.`)
  const messages: Message[] = []
  const system = fromSystem(givenSystem)
  for (const [index, message] of given.entries()) {
    const path = `messages.${index}`
    if (!isFields(message)) throw new AgentError('invalid-messages', `${path} must be an object with a role.`)
    const { role, content } = message as { readonly role?: unknown; readonly content?: unknown }
    if (role === 'system') system.push({ type: 'text', text: textAt(content, `${path}.content`) })
    else if (role === 'tool') messages.push(message as unknown as Message)
    else if (role === 'user' || role === 'assistant') messages.push(fromMessage(message, role, path, author))
    else throw unknownRole(role, path)
  }
  return { messages, system }
}

function unknownRole(role: unknown, path: string): AgentError {
  return new AgentError('invalid-messages', `${path} has the role ${JSON.stringify(role) ?? 'undefined'}.`, {
    hint: 'It is system, user or assistant.',
  })
}

function fromSystem(given: ChatSystem): SystemPart[] {
  if (typeof given === 'string') return given === '' ? [] : [{ type: 'text', text: given }]
  if (!Array.isArray(given)) throw new AgentError('invalid-messages', 'system must be a text or a list of parts.')
  return given.map((part, index) => fromPart(part, `system.${index}`) as SystemPart)
}

function fromMessage(
  given: object,
  role: 'user' | 'assistant',
  path: string,
  author: AssistantMessage['model'],
): Message {
  // `id`, `model` and the like of the house's own messages stay.
  const message = given as Message
  const { content } = given as { readonly content?: unknown }
  if (typeof content === 'string') return { ...message, role, content: [{ type: 'text', text: content }] } as Message
  if (!Array.isArray(content)) {
    throw new AgentError(
      'invalid-messages',
      `${path}.content must be a text or a list of parts, not ${kindOf(content)}.`,
    )
  }
  const parts = content.map((part, place) => fromPart(part, `${path}.content.${place}`))
  const thinks = parts.some(({ type }) => type === 'reasoning')
  return { ...(thinks && author && { model: author }), ...message, role, content: parts } as Message
}

type ChatPart = UserPart | AssistantPart | SystemPart

function fromPart(part: unknown, path: string): ChatPart {
  if (typeof part === 'string') return { type: 'text', text: part }
  if (!isFields(part)) throw unknownPart(kindOf(part), path)
  const { type } = part
  if (type === undefined) {
    const native = fromNativeBlock(part, path)
    if (native) return native
    throw unknownPart(`a block of ${Object.keys(part).join(', ') || 'nothing'}`, path)
  }
  if (type === 'input_text') return { type: 'text', text: textAt(part.text, `${path}.text`) }
  if (type === 'text') return { ...part, type, text: textAt(part.text, `${path}.text`) }
  if (type === 'image_url') return fromImageUrl(part.image_url, path)
  const members = typeof type === 'string' && Object.hasOwn(ownParts, type) ? ownParts[type] : undefined
  if (members?.every((member) => part[member] !== undefined)) return part as unknown as ChatPart
  throw unknownPart(`a part of type ${JSON.stringify(type)}`, path)
}

/** Parts of this house, with what each must hold; they pass as they are. */
const ownParts: { readonly [type: string]: readonly string[] | undefined } = {
  image: ['format', 'source'],
  document: ['name', 'source'],
  video: ['format', 'source'],
  audio: ['format', 'source'],
  'search-result': ['source', 'title', 'content'],
  reasoning: [],
  'tool-call': ['id', 'name', 'input'],
  'cache-point': [],
  'guard-content': ['content'],
  provider: ['provider', 'value'],
}

function unknownPart(what: string, path: string): AgentError {
  return new AgentError('invalid-messages', `${path} is ${what}, which is not taken as content.`, {
    hint: 'Give texts, image_url parts with data URLs, blocks of Converse (text, image, document, cachePoint, reasoningContent), or image(…) and pdf(…).',
  })
}

/** Only data URLs: fetching what a message names would let whoever wrote it reach into this network. */
function fromImageUrl(given: unknown, path: string): ChatPart {
  const url = isFields(given) ? given.url : undefined
  if (typeof url !== 'string' || url === '') {
    throw new AgentError('invalid-messages', `${path} has no image_url.url.`)
  }
  const kind = `image at ${path}`
  if (!/^data:/i.test(url)) {
    throw foreignUrl(kind, url, 'An image_url holds a data URL; image(…) also makes parts of bytes and of S3 URIs.')
  }
  const read = readDataUrl(kind, url)
  // As Instructor does: the service says so if it is another one.
  return { type: 'image', format: imageFormatOf(read) ?? 'jpeg', source: read.source }
}
