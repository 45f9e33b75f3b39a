import type { Part, ToolResultContent, ToolResultPart } from '@x/types'
import { toCallId } from './call-id.js'
import { checkMedia } from './check-media.js'
import type { CheckedPart } from './checked-part.js'
import { checkProviderPart, checkText, mendedId, refused } from './checked-part.js'
import type { Finding } from './finding.js'
import { finding, shown, under } from './finding.js'
import type { Quirks } from './quirks.js'

/** A tool result with what is in it. */
export function checkToolResult(part: ToolResultPart, quirks: Quirks): CheckedPart {
  if (typeof part.id !== 'string' || !Array.isArray(part.content)) {
    return refused(part, 'message-shape', 'A tool result has an id and a list of content.')
  }
  const findings: Finding[] = []
  const content: ToolResultContent[] = []
  for (const [place, item] of part.content.entries()) {
    const checked = checkItem(item, quirks)
    findings.push(...under(`content.${place}`, checked.findings))
    content.push(checked.part as ToolResultContent)
  }
  const id = toCallId(part.id)
  if (id !== part.id) findings.push(mendedId(part.id, id))
  if (content.length === 0) {
    findings.push(finding('note', 'empty-result', '', 'The result says nothing.', 'sent with a text that says so'))
  }
  if (part.isError && !quirks.toolResultStatus) {
    const message = `${quirks.family} models take no status.`
    findings.push(finding('note', 'result-status', '', message, 'told in words that the tool failed'))
  }
  const same = id === part.id && content.every((item, place) => item === part.content[place])
  return { part: same ? part : { ...part, id, content }, findings }
}

function checkItem(item: ToolResultContent, quirks: Quirks): CheckedPart {
  const type: string = typeof item === 'object' && item !== null ? shown(item.type) : typeof item
  switch (type) {
    case 'text':
      // Tools often say nothing, and `toToolResult` has a word for that.
      return checkText(item as Part, (item as { text: unknown }).text, 'note')
    case 'image':
    case 'document':
    case 'video':
      return checkMedia(item as ToolResultContent & { type: 'image' }, quirks, 'toolResult', '')
    case 'provider':
      return checkProviderPart(item as Part & { type: 'provider' })
    case 'json':
    case 'search-result':
      return { part: item, findings: [] }
    default:
      return refused(item, 'message-shape', `A tool result holds no ${type}.`)
  }
}
