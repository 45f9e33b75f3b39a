import type { Message, Part } from '@x/types'
import { checkCalls } from './check-calls.js'
import { checkDocumentNames } from './check-document-names.js'
import { checkDocumentCount, checkDocuments } from './check-documents.js'
import type { CheckedMessage } from './check-message.js'
import { blocksCachePoint, isSent } from './check-message.js'
import type { Finding } from './finding.js'
import { finding, under } from './finding.js'
import { isManagedPrompt } from './managed-prompt.js'
import type { Quirks } from './quirks.js'
import type { RequestEdits } from './request-edits.js'
import { requestEdits } from './request-edits.js'
import type { Entry, Turn, TurnEntry } from './turn.js'

/** Some messages of a conversation, from the beginning of a turn to the end of one. */
export interface Span {
  readonly messages: readonly Message[]
  /** Of the first message in the conversation. */
  readonly from: number
  /** The last turn of the conversation is in it. */
  readonly isLast: boolean
  /** Seen before: the names and the number of the documents. */
  readonly names: ReadonlySet<string>
  readonly documentCount: number
}

export interface CheckedSpan {
  readonly messages: readonly Message[]
  /** In groups, in an order that holds for a conversation and for each of its spans. */
  readonly findings: readonly (readonly Finding[])[]
  /** Something could not be read at all, so that nothing but single messages was looked at. */
  readonly isMisshapen: boolean
  readonly names: ReadonlySet<string>
  readonly documentCount: number
  /** Ids of calls that nothing in it answers. */
  readonly unanswered: ReadonlySet<string>
  /** Ids of results that do not stand in the turn after their call. */
  readonly stray: readonly string[]
  /** Of its last turn, as it is sent. */
  readonly lastRole: Turn['role'] | undefined
}

/** Looks at messages alone; remembered by message. */
export type Look = (message: Message) => CheckedMessage

/** Each message by itself, then what only several of them tell. */
export function checkSpan(span: Span, modelId: string, quirks: Quirks, look: Look): CheckedSpan {
  const { messages, from, isLast } = span
  const checked = messages.map(look)
  const own = checked.flatMap(({ findings }, place) =>
    findings.length > 0 ? under(`messages.${from + place}`, findings) : [],
  )
  // What cannot be read cannot be told apart either.
  if (own.some(({ rule }) => rule === 'message-shape')) return { ...span, ...misshapen, findings: [own] }
  const given = checked.map(({ message }, place) => ({ index: from + place, message }))
  const named = checkDocumentNames(given, span.names)
  const calls = requestEdits()
  const ofCalls = checkCalls(toTurns(named.entries, look).turns, calls, isLast)
  // Results that came or went make other turns.
  const paired = calls.apply(named.entries)
  const { turns, stray } = toTurns(paired, look)
  const edits = requestEdits()
  const documents = checkDocuments(turns, span.documentCount)
  const mayBeEmpty = from > 0 || (messages.length === 0 && isManagedPrompt(modelId))
  const findings = [
    own,
    named.findings,
    ...ofCalls.findings,
    turns.flatMap(noteJoined),
    stray.map((entry) => leaveOut(entry, edits)),
    mayBeEmpty ? [] : checkStart(turns, own, quirks),
    isLast ? checkEnd(turns, quirks) : [],
    documents.findings,
    isLast ? checkDocumentCount(documents.count) : [],
    turns.flatMap((turn) => checkCachePlaces(turn, quirks, edits)),
  ]
  const settled = edits.apply(paired).map(({ message }) => message)
  const same = settled.length === messages.length && settled.every((message, place) => message === messages[place])
  return {
    messages: same ? messages : settled,
    findings,
    isMisshapen: false,
    names: named.names,
    documentCount: documents.count,
    unanswered: ofCalls.unanswered,
    stray: ofCalls.stray,
    lastRole: turns.at(-1)?.role,
  }
}

const misshapen = { isMisshapen: true, unanswered: new Set<string>(), stray: [], lastRole: undefined }

/** As `toMessages` joins them. A message of cache points alone belongs to the turn before it, or is astray. */
function toTurns(entries: readonly Entry[], look: Look) {
  const turns: Turn[] = []
  const stray: TurnEntry[] = []
  for (const [position, { index, message }] of entries.entries()) {
    const { sent, onlyCachePoints, hasTools } = look(message)
    if (!sent) continue
    const entry = { position, index, message, hasTools }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.entries.push(entry)
    else if (onlyCachePoints) stray.push(entry)
    else turns.push({ role, entries: [entry] })
  }
  return { turns, stray }
}

function noteJoined({ role, entries }: Turn): Finding[] {
  return entries.slice(1).map(({ index }) => {
    const message = `The message goes on a ${role} turn.`
    return finding('note', 'adjacent-roles', `messages.${index}`, message, 'sent as one turn')
  })
}

const nothingBefore = 'Nothing comes before the cache point.'

function leaveOut({ position, index }: TurnEntry, edits: RequestEdits): Finding {
  edits.dropMessage(position)
  return finding('repaired', 'cache-point-place', `messages.${index}`, nothingBefore, 'left out')
}

function checkStart(turns: readonly Turn[], findings: readonly Finding[], quirks: Quirks): Finding[] {
  const { leadingAssistant, family } = quirks
  const [first] = turns
  if (!first) {
    if (findings.some(({ severity }) => severity === 'error')) return []
    return [finding('error', 'no-messages', 'messages', 'The messages hold nothing that can be sent.')]
  }
  if (first.role === 'user' || leadingAssistant !== false) return []
  const path = `messages.${first.entries[0]?.index}`
  return [finding('error', 'conversation-start', path, `${family} models want the user to begin.`)]
}

/** Where calls stand last, results are put behind them. */
function checkEnd(turns: readonly Turn[], { refuses, family }: Quirks): Finding[] {
  const last = turns.at(-1)
  const isOpen = last?.entries.some(({ hasTools }) => hasTools)
  if (last?.role !== 'assistant' || isOpen || !refuses.assistantLast) return []
  const path = `messages.${last.entries.at(-1)?.index}`
  return [finding('error', 'conversation-end', path, `This ${family} model wants the user to have the last word.`)]
}

/** As the parts come on the wire: the results of a turn first, then everything else, whatever message it is from. */
function checkCachePlaces({ entries }: Turn, { refuses, family }: Quirks, edits: RequestEdits): Finding[] {
  const besideTools = refuses.cacheBesideTools && entries.some(({ hasTools }) => hasTools)
  const parts = entries.flatMap(({ position, index, message }) =>
    (message.content as readonly Part[]).map((part, place) => ({ position, index, place, part })),
  )
  let before = parts.find(({ part }) => part.type === 'tool-result')?.part
  return parts.flatMap(({ position, index, place, part }) => {
    if (part.type !== 'cache-point') {
      if (part.type !== 'tool-result' && isSent(part, true)) before = part
      return []
    }
    const words = besideTools
      ? `A turn of ${family} models with tool calls or results has no cache points.`
      : before === undefined
        ? nothingBefore
        : blocksCachePoint(before) && `A cache point may not follow ${before.type}.`
    if (!words) return []
    edits.replacePart(position, place, undefined, 'none')
    const path = `messages.${index}.content.${place}`
    return [finding('repaired', 'cache-point-place', path, words, 'left out')]
  })
}
