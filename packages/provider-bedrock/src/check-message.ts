import type { Message, Part } from '@x/types'
import { checkPart } from './check-part.js'
import type { Finding } from './finding.js'
import { finding, shown, under } from './finding.js'
import type { Quirks } from './quirks.js'

/** A message looked at by itself. */
export interface CheckedMessage {
  /** The message given, unless something in it was repaired. */
  readonly message: Message
  /** Paths are seen from the message. */
  readonly findings: readonly Finding[]
  /** Anything of it goes onto the wire; one that could not be read does not. */
  readonly sent: boolean
  /** Nothing but cache points does. */
  readonly onlyCachePoints: boolean
  /** Holds calls or results. */
  readonly hasTools: boolean
}

/**
 * Checks what can be told from one message alone. Messages are values, so what was found is remembered with the message
 * itself, for the last model asked: a long conversation is not looked at again from its start every turn.
 */
export function checkMessage(message: Message, quirks: Quirks, ownFamily: boolean): CheckedMessage {
  if (typeof message !== 'object' || message === null) return unreadable(message, 'A message is an object.')
  const known = memory.get(message)
  if (known?.quirks === quirks && known.ownFamily === ownFamily) return known.checked
  const checked = freshly(message, quirks, ownFamily)
  memory.set(message, { quirks, ownFamily, checked })
  return checked
}

const memory = new WeakMap<Message, { quirks: Quirks; ownFamily: boolean; checked: CheckedMessage }>()

function freshly(message: Message, quirks: Quirks, ownFamily: boolean): CheckedMessage {
  const { role, content } = message
  if (!['user', 'assistant', 'tool'].includes(role)) {
    return unreadable(message, `There is no role "${shown(role)}": it is user, assistant or tool.`)
  }
  if (!Array.isArray(content)) return unreadable(message, 'The content of a message is a list of parts.')
  const replaysReasoning = ownFamily && quirks.replaysReasoning
  const findings: Finding[] = []
  const parts: Part[] = []
  for (const [place, part] of (content as readonly Part[]).entries()) {
    const checked = checkPart(part, { quirks, ownFamily, role })
    findings.push(...under(`content.${place}`, checked.findings))
    if (checked.part?.type !== 'cache-point') parts.push(...(checked.part ? [checked.part] : []))
    else findings.push(...placeCachePoint(parts, checked.part, place, replaysReasoning))
  }
  const sent = parts.filter((part) => isSent(part, replaysReasoning))
  if (sent.length === 0) findings.push(...emptyMessage(role, content.length === 0, findings))
  const same = parts.length === content.length && parts.every((part, place) => part === content[place])
  return {
    message: same ? message : ({ ...message, content: parts } as Message),
    findings,
    sent: sent.length > 0,
    onlyCachePoints: sent.every(({ type }) => type === 'cache-point'),
    hasTools: sent.some(({ type }) => type === 'tool-call' || type === 'tool-result'),
  }
}

/** A point that may not stand behind what is before it stands before that; the beginning is looked at by turns. */
function placeCachePoint(parts: Part[], point: Part, place: number, replaysReasoning: boolean): Finding[] {
  let end = parts.length
  let blocker: Part['type'] | undefined
  for (let part = parts[end - 1]; part; part = parts[--end - 1]) {
    if (!isSent(part, replaysReasoning)) continue
    if (!blocksCachePoint(part)) break
    blocker = part.type
  }
  if (blocker === undefined) {
    parts.push(point)
    return []
  }
  const message = `A cache point may not follow ${blocker}.`
  const found = (repair: string) => [finding('repaired', 'cache-point-place', `content.${place}`, message, repair)]
  if (end === 0 || parts[end - 1]?.type === 'cache-point') return found('left out')
  parts.splice(end, 0, point)
  return found(`moved before the ${blocker}`)
}

/** PDFs may be followed, as their pages are cached like text. */
export function blocksCachePoint(part: Part): boolean {
  return part.type === 'reasoning' || part.type === 'video' || (part.type === 'document' && part.format !== 'pdf')
}

/** Whether anything of a part goes onto the wire: the same answer that `toBlocks` gives by its blocks. */
export function isSent(part: Part, replaysReasoning: boolean): boolean {
  if (part.type === 'text') return typeof part.text !== 'string' || part.text.trim() !== ''
  if (part.type === 'reasoning') return replaysReasoning && Boolean(part.signature || part.redacted)
  return part.type !== 'provider' || part.provider === 'aws.bedrock'
}

/** What a model left empty is nobody's mistake. */
function emptyMessage(role: Message['role'], isEmpty: boolean, findings: readonly Finding[]): Finding[] {
  if (!isEmpty && findings.some(({ severity }) => severity === 'error')) return []
  const severity = role === 'assistant' ? 'note' : 'repaired'
  return [finding(severity, 'empty-message', '', 'The message holds nothing that can be sent.', 'left out')]
}

function unreadable(message: Message, words: string): CheckedMessage {
  const findings = [finding('error', 'message-shape', '', words)]
  return { message, findings, sent: false, onlyCachePoints: false, hasTools: false }
}
