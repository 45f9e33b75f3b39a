import type { Answers, AssistantPart, Message, PendingCall, ToolResultPart, UserMessage, UserPart } from '@x/types'
import { AgentError } from '@x/types'
import { answerId } from './message-ids.js'
import type { UIMessage } from './ui-chunk.js'
import { fromFile } from './ui-from-media.js'
import type { OpenCall } from './ui-from-tool-part.js'
import { fromToolPart } from './ui-from-tool-part.js'
import { isToolPart, originOf } from './ui-known-calls.js'
import { settleCalls } from './ui-settle-calls.js'
import { toSteps, visibleParts } from './ui-visible-parts.js'

export interface FromUIOptions {
  /**
   * The calls that wait, from where the server keeps them (`agent.pending`, a session). Only these can be answered.
   */
  readonly pending?: readonly PendingCall[]
  /** The secret of `approval()`: without `pending`, a call may go on only with the token that was signed for it. */
  readonly secret?: string
  /** What to do with parts that are not known, such as data parts of your own. Default `refuse`. */
  readonly unknownParts?: 'refuse' | 'drop'
  /** Default 1,000. */
  readonly maxMessages?: number
  /** Characters of all text, files and values together. Default 20,000,000. */
  readonly maxLength?: number
}

/** A {@link RunInput}. */
export interface UIInput {
  readonly messages: readonly Message[]
  /** What the person said last, for an agent that has the conversation already; empty after an answer. */
  readonly prompt: readonly UserMessage[]
  readonly pending?: readonly PendingCall[]
  readonly answers?: Answers
}

/**
 * What `useChat` posts, as the start of a run. A browser is not trusted: everything is checked and bounded, nobody but
 * the server sets a system prompt, and a call without a result is never run because the browser says so: it needs a
 * place in `pending`, or the token that the approval layer signed for it. All others count as not run.
 *
 * Results, texts and thoughts in it are still what the browser says they were. Where that matters, keep the conversation
 * on the server, give its `pending`, and take no more from here than `answers` and `prompt`.
 * @throws AgentError `invalid-messages`; `unsupported` for files that no model reads
 */
export async function fromUIMessages(uiMessages: unknown, options: FromUIOptions = {}): Promise<UIInput> {
  const checked = checkMessages(uiMessages, options)
  const messages: Message[] = []
  const open: OpenCall[] = []
  const names = new Set<string>()
  for (const message of checked) {
    // Calls that an earlier message left open were passed over.
    open.length = 0
    const read: Reading = { message, options, names, messages, open }
    if (message.role === 'user') fromUser(read)
    else fromAssistant(read)
  }
  const prompt = messages.slice(messages.findLastIndex(({ role }) => role !== 'user') + 1) as UserMessage[]
  return { ...(await settleCalls(messages, open, options)), prompt }
}

interface Reading {
  readonly message: CheckedMessage
  readonly options: FromUIOptions
  /** Of documents so far: they must be unique. */
  readonly names: Set<string>
  readonly messages: Message[]
  readonly open: OpenCall[]
}

interface CheckedMessage extends UIMessage {
  readonly role: 'user' | 'assistant'
  readonly parts: readonly UIPart[]
}

interface UIPart {
  readonly type: string
  readonly [key: string]: unknown
}

function fromUser({ message, options, names, messages }: Reading): void {
  const content: UserPart[] = []
  for (const part of message.parts) {
    if (part.type === 'text') content.push({ type: 'text', text: textOf(part) })
    else if (part.type === 'file') content.push(fromFile(part, names))
    else passOver(part, options)
  }
  if (content.length === 0) throw invalid(`The message "${message.id}" says nothing.`)
  messages.push({ role: 'user', id: message.id, content })
}

function fromAssistant(reading: Reading): void {
  const { message, messages } = reading
  for (const part of message.parts) if (part.type === 'data-redaction') redact(part, messages)
  for (const step of toSteps(visibleParts(message.parts))) fromStep(step, reading)
}

/** A step as the answer and the results that followed. A step that was cut short is no part of the conversation. */
function fromStep(step: readonly UIPart[], { message, options, messages, open }: Reading): void {
  const said: AssistantPart[] = []
  const results: ToolResultPart[] = []
  const waiting: OpenCall[] = []
  let model: ReturnType<typeof modelOf>
  let id = answerId(messages.at(-1)?.id ?? message.id)
  let isCut = false
  for (const part of step) {
    if (part.state === 'streaming' || part.state === 'input-streaming') isCut = true
    else if (part.type === 'text') said.push({ type: 'text', text: textOf(part) })
    else if (part.type === 'reasoning') {
      said.push(fromReasoning(part))
      model = modelOf(part)
    } else if (part.type === 'file') said.push(fromImage(part))
    else if (isToolPart(part)) {
      const call = fromToolPart(part)
      // Calls of sub-agents are shown in the message but are not said in this conversation.
      if (call.path.length === 1) said.push(call.part)
      if (call.path.length === 1 && call.result) results.push(call.result)
      if (!call.result) waiting.push(call)
      id = call.messageId ?? id
    } else passOver(part, options)
  }
  const content = said.filter((part) => part.type !== 'text' || part.text !== '')
  const isAnswer = content.some(({ type }) => type !== 'reasoning')
  open.push(...waiting.map((call) => ({ ...call, messageId: id })))
  if (isCut || !isAnswer) return
  messages.push({ role: 'assistant', id, content, ...(model && { model }) })
  if (results.length > 0) messages.push({ role: 'tool', id: answerId(id), content: results })
}

function fromReasoning(part: UIPart): AssistantPart {
  const { signature, redacted } = originOf(part.providerMetadata)
  return {
    type: 'reasoning',
    ...(textOf(part) !== '' && { text: textOf(part) }),
    ...(typeof signature === 'string' && { signature }),
    ...(typeof redacted === 'string' && { redacted }),
  }
}

/** Another family's reasoning must not be sent back, so it is kept who thought it. */
function modelOf(part: UIPart): { readonly provider: string; readonly modelId: string } | undefined {
  const { provider, modelId } = originOf(part.providerMetadata)
  return typeof provider === 'string' && typeof modelId === 'string' ? { provider, modelId } : undefined
}

function fromImage(part: UIPart): AssistantPart {
  const file = fromFile(part, new Set())
  if (file.type !== 'image') throw invalid(`A model's message holds a ${file.type}; only images are known there.`)
  return file
}

/** A guardrail replaced what the person said: the model must not be told it after all. */
function redact({ data }: UIPart, messages: Message[]): void {
  const { side, text } = (data ?? {}) as { side?: unknown; text?: unknown }
  const index = messages.findLastIndex(({ role }) => role === 'user')
  const message = messages[index]
  if (side !== 'input' || typeof text !== 'string' || message?.role !== 'user') return
  messages[index] = { ...message, content: [{ type: 'text', text }] }
}

const passedOver: ReadonlySet<string> = new Set([
  'step-start',
  'source-url',
  'source-document',
  'data-clear',
  'data-redaction',
  'data-retry',
  'data-tool-progress',
  'data-approval',
  'data-child',
  'data-warning',
])

/** @throws AgentError `invalid-messages` for parts that are not known, unless they may be dropped */
function passOver({ type }: UIPart, { unknownParts = 'refuse' }: FromUIOptions): void {
  if (passedOver.has(type) || unknownParts === 'drop') return
  throw invalid(`A part of type "${type.slice(0, 64)}" is not known here.`, 'Set unknownParts: "drop" to leave it out.')
}

function textOf({ type, text }: UIPart): string {
  if (typeof text !== 'string') throw invalid(`A ${type} part has no text.`)
  return text
}

function checkMessages(value: unknown, options: FromUIOptions): readonly CheckedMessage[] {
  const { maxMessages = 1_000, maxLength = 20_000_000 } = options
  if (!Array.isArray(value) || value.length === 0) throw invalid('There is no list of messages.')
  if (value.length > maxMessages) throw invalid(`There are more than ${maxMessages} messages.`)
  checkSize(value, maxLength)
  const ids = new Set<unknown>()
  for (const message of value as Partial<UIMessage>[]) {
    const { id, role, parts } = message ?? {}
    if (typeof id !== 'string' || id === '' || id.length > 256) throw invalid('A message has no id.')
    if (ids.has(id)) throw invalid('Two messages have the same id.')
    if (role !== 'user' && role !== 'assistant') throw invalid('A message is neither of the user nor of the assistant.')
    if (!Array.isArray(parts) || !parts.every(isPart)) throw invalid('A message has no list of parts.')
    ids.add(id)
  }
  return value as readonly CheckedMessage[]
}

function isPart(part: unknown): part is UIPart {
  return typeof part === 'object' && part !== null && 'type' in part && typeof part.type === 'string'
}

/** Values so deep would overflow the stack of those who walk them. */
const maxDepth = 100

function checkSize(value: unknown, maxLength: number): void {
  let length = 0
  const walk: { item: unknown; depth: number }[] = [{ item: value, depth: 0 }]
  for (let next = walk.pop(); next; next = walk.pop()) {
    const { item, depth } = next
    length += typeof item === 'string' ? item.length : 1
    if (length > maxLength) throw invalid(`The messages are longer than ${maxLength} characters.`)
    if (depth > maxDepth) throw invalid(`The messages are nested deeper than ${maxDepth} levels.`)
    if (typeof item !== 'object' || item === null) continue
    for (const [key, member] of Object.entries(item)) {
      length += key.length
      walk.push({ item: member, depth: depth + 1 })
    }
  }
}

function invalid(message: string, hint?: string): AgentError {
  return new AgentError('invalid-messages', message, { ...(hint !== undefined && { hint }) })
}
