import type { GuardContentPart, Message, Part, ToolCallPart } from '@x/types'
import { toCallId, toCallName } from './call-id.js'
import { checkMedia } from './check-media.js'
import { checkToolResult } from './check-tool-result.js'
import type { CheckedPart } from './checked-part.js'
import { checkCachePoint, checkProviderPart, checkText, mendedId, refused } from './checked-part.js'
import type { Finding } from './finding.js'
import { finding, shown } from './finding.js'
import type { Quirks } from './quirks.js'

export interface PartContext {
  readonly quirks: Quirks
  /** The part comes from a model of the family that is asked now. */
  readonly ownFamily: boolean
  readonly role: Message['role'] | 'system'
}

/** One part of a message or of the system prompt, by itself. */
export function checkPart(part: Part, context: PartContext): CheckedPart {
  const type: string = typeof part === 'object' && part !== null ? shown(part.type) : typeof part
  const places: Readonly<Record<string, readonly string[]>> = partPlaces
  if (!places[type]?.includes(context.role)) {
    const message = places[type] ? `A ${context.role} message holds no ${type}.` : `There is no part of type ${type}.`
    return refused(part, 'message-shape', message)
  }
  switch (part.type) {
    case 'text':
      return checkText(part, part.text, context.role === 'assistant' ? 'note' : 'repaired')
    case 'image':
    case 'document':
    case 'video':
    case 'audio':
      return checkMedia(part, context.quirks, 'user', '')
    case 'reasoning':
      return checkReasoning(part, context)
    case 'tool-call':
      return checkCall(part)
    case 'tool-result':
      return checkToolResult(part, context.quirks)
    case 'cache-point':
      return checkCachePoint(part, context.quirks, context.role === 'system' ? 'system' : 'messages')
    case 'guard-content':
      return checkGuardContent(part)
    case 'provider':
      return checkProviderPart(part)
    default:
      return { part, findings: [] }
  }
}

// The contract's own lists; only untyped callers break them.
const media = ['user'] as const
const partPlaces = {
  text: ['user', 'assistant', 'system'],
  image: ['user', 'assistant'],
  document: media,
  video: media,
  audio: media,
  'search-result': media,
  reasoning: ['assistant'],
  'tool-call': ['assistant'],
  'tool-result': ['tool'],
  'cache-point': ['user', 'assistant', 'tool', 'system'],
  'guard-content': ['user', 'system'],
  provider: ['user', 'assistant', 'system'],
} as const satisfies Partial<Record<Part['type'], readonly string[]>>

function checkReasoning(part: Part & { type: 'reasoning' }, { ownFamily, quirks }: PartContext): CheckedPart {
  if (ownFamily && quirks.replaysReasoning && (part.signature || part.redacted)) return { part, findings: [] }
  const message = !ownFamily
    ? 'The reasoning is not of the family asked.'
    : quirks.replaysReasoning
      ? 'The reasoning has no signature.'
      : `${quirks.family} models do not take their reasoning back.`
  return { part, findings: [finding('note', 'reasoning-replay', '', message, 'left out')] }
}

function checkCall(part: ToolCallPart): CheckedPart {
  if (typeof part.id !== 'string' || typeof part.name !== 'string') {
    return refused(part, 'message-shape', 'A tool call has an id and a name.')
  }
  const findings: Finding[] = []
  const [id, name] = [toCallId(part.id), toCallName(part.name)]
  if (id !== part.id) findings.push(mendedId(part.id, id))
  if (name !== part.name) {
    const message = `The called tool "${part.name.slice(0, 80)}" is no name that the service takes.`
    findings.push(finding('repaired', 'call-name', 'name', message, `sent as ${name}`))
  }
  if (typeof part.input !== 'object' || part.input === null || Array.isArray(part.input)) {
    findings.push(finding('note', 'call-input', 'input', 'The arguments are no object.', 'sent as { "value": ... }'))
  }
  return { part: id === part.id && name === part.name ? part : { ...part, id, name }, findings }
}

function checkGuardContent(part: GuardContentPart): CheckedPart {
  const { content } = part
  if (content?.type === 'text' && typeof content.text === 'string') {
    if (content.text.trim() !== '') return { part, findings: [] }
    const findings = [finding('repaired', 'blank-text', '', 'The guarded text is blank.', 'left out')]
    return { part: undefined, findings }
  }
  const isBytes = content?.type === 'image' && content.source?.type === 'base64'
  if (isBytes && (content.format === 'png' || content.format === 'jpeg')) return { part, findings: [] }
  return refused(part, 'guard-content', 'A guardrail looks at text, and at the bytes of png and jpeg images.')
}
