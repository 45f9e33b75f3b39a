import type { Message, Part } from '@x/types'
import { checkCalls } from './check-calls.js'
import { checkDocumentNames } from './check-document-names.js'
import { checkDocuments } from './check-documents.js'
import type { CheckedMessage } from './check-message.js'
import { blocksCachePoint, checkMessage, isSent } from './check-message.js'
import type { Finding } from './finding.js'
import { finding, under } from './finding.js'
import { isManagedPrompt } from './managed-prompt.js'
import type { Quirks } from './quirks.js'
import type { RequestEdits } from './request-edits.js'
import { requestEdits } from './request-edits.js'
import { isOwnFamily } from './to-messages.js'
import type { Entry, Turn, TurnEntry } from './turn.js'
import { entriesOf } from './turn.js'

/** The messages of a request: each by itself, then what only the whole conversation tells. */
export function checkConversation(messages: readonly Message[], modelId: string, quirks: Quirks) {
  const look = (message: Message) =>
    checkMessage(message, quirks, isReadable(message) && isOwnFamily(message, modelId, quirks.family))
  const checked = messages.map(look)
  const findings = checked.flatMap((one, index) => under(`messages.${index}`, one.findings))
  // What cannot be read cannot be told apart either.
  if (findings.some(({ rule }) => rule === 'message-shape')) return { messages, findings }
  const named = checkDocumentNames(entriesOf(checked.map(({ message }) => message)))
  const calls = requestEdits()
  const ofCalls = checkCalls(toTurns(named.entries, look).turns, calls)
  // Results that came or went make other turns.
  const paired = calls.apply(named.entries)
  const { turns, stray } = toTurns(paired, look)
  const edits = requestEdits()
  findings.push(
    ...named.findings,
    ...ofCalls,
    ...turns.flatMap(noteJoined),
    ...stray.map((entry) => leaveOut(entry, edits)),
    ...(messages.length === 0 && isManagedPrompt(modelId) ? [] : checkStart(turns, findings, quirks)),
    ...checkEnd(turns, quirks),
    ...checkDocuments(turns),
    ...turns.flatMap((turn) => checkCachePlaces(turn, quirks, edits)),
  )
  const settled = edits.apply(paired).map(({ message }) => message)
  const same = settled.length === messages.length && settled.every((message, index) => message === messages[index])
  return { messages: same ? messages : settled, findings }
}

/** As `toMessages` joins them. A message of cache points alone belongs to the turn before it, or is astray. */
function toTurns(entries: readonly Entry[], look: (message: Message) => CheckedMessage) {
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

function isReadable(message: Message): boolean {
  return typeof message === 'object' && message !== null
}
