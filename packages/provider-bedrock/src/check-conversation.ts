import type { Message } from '@x/types'
import type { CheckedMessage } from './check-message.js'
import { checkMessage } from './check-message.js'
import type { CheckedSpan, Look } from './check-span.js'
import { checkSpan } from './check-span.js'
import type { BedrockConfig } from './config.js'
import type { Finding } from './finding.js'
import { prefixMemory } from './prefix-memory.js'
import type { Quirks } from './quirks.js'
import { isOwnFamily } from './to-messages.js'

/**
 * The messages of a request: each by itself, then what only the whole conversation tells. A conversation grows by a turn
 * at a time, so what was found in turns that nothing behind them can change is remembered, and only the rest is checked.
 */
export function checkConversation(
  messages: readonly Message[],
  { modelId, family }: Pick<BedrockConfig, 'modelId' | 'family'>,
  quirks: Quirks,
): { readonly messages: readonly Message[]; readonly findings: readonly Finding[] } {
  const look = (message: Message) =>
    checkMessage(message, quirks, isReadable(message) && isOwnFamily(message, modelId, quirks.family))
  const check = (before: Begun, end: number) => {
    const course = { messages, end, modelId, quirks, look }
    return goOn(before, course) ?? goOn(begin, course)
  }
  const key = JSON.stringify([modelId, family])
  const known = memory.find(messages, key)
  let before = known?.carried ?? begin
  const end = settledEnd(messages, before.length, look)
  const settled = end === undefined ? undefined : check(before, end)
  // A repair may leave nothing of its last turn, and then the turns around that one are one.
  if (settled && settled.lastRole === 'user' && !settled.isMisshapen) {
    before = settled
    memory.keep(messages, key, { length: before.length, carried: before }, known)
  }
  const checked = check(before, messages.length)
  return { messages: checked?.repaired ?? messages, findings: checked?.findings.flat() ?? [] }
}

/** What was found from the first message up to `length`. */
interface Begun extends Omit<CheckedSpan, 'messages' | 'stray'> {
  readonly length: number
  /** The messages as they are sent; missing: as they are. */
  readonly repaired: readonly Message[] | undefined
}

const memory = prefixMemory<Message, Begun>()

const begin: Begun = {
  length: 0,
  repaired: undefined,
  findings: [],
  isMisshapen: false,
  names: new Set(),
  documentCount: 0,
  unanswered: new Set(),
  lastRole: undefined,
}

interface Course {
  readonly messages: readonly Message[]
  readonly end: number
  readonly modelId: string
  readonly quirks: Quirks
  readonly look: Look
}

/** Checks what comes next; `undefined` where that goes on the last turn, or changes what was found before it. */
function goOn(before: Begun, { messages, end, modelId, quirks, look }: Course): Begun | undefined {
  const next = messages.slice(before.length, end)
  if (before.length > 0 && !opensTurn(next.map(look).find(({ sent }) => sent))) return undefined
  const { names, documentCount } = before
  const isLast = end === messages.length
  const span = checkSpan({ messages: next, from: before.length, isLast, names, documentCount }, modelId, quirks, look)
  if (span.stray.some((id) => before.unanswered.has(id))) return undefined
  const isSame = span.messages === next && before.repaired === undefined
  const begun = () => before.repaired ?? messages.slice(0, before.length)
  return {
    ...span,
    length: end,
    repaired: isSame || span.isMisshapen ? undefined : [...begun(), ...span.messages],
    findings: span.findings.map((group, place) => [...(before.findings[place] ?? []), ...group]),
    unanswered: new Set([...before.unanswered, ...span.unanswered]),
  }
}

/** Turns of users end where the model answers, whatever follows. */
function opensTurn(checked: CheckedMessage | undefined): boolean {
  return checked?.message.role === 'assistant' && !checked.onlyCachePoints
}

/**
 * Where the turn of the model before its last one begins, and a user turn stands before it. Not the last one:
 * who marks the newest messages for the cache sends the last turns in another form the next time.
 */
function settledEnd(messages: readonly Message[], from: number, look: Look): number | undefined {
  let start: number | undefined
  let answers = 0
  for (let place = messages.length - 1; place >= from; place--) {
    const checked = look(messages[place] as Message)
    if (!checked.sent || checked.onlyCachePoints) continue
    if (checked.message.role === 'assistant') start = place
    else if (start !== undefined) {
      answers += 1
      if (answers === 2) return start
      start = undefined
    }
  }
  return undefined
}

function isReadable(message: Message): boolean {
  return typeof message === 'object' && message !== null
}
