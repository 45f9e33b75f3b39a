import type { JsonObject, ToolResultContent, ToolResultPart } from '@x/types'
import { AgentError } from '@x/types'
import { toCallId } from './to-call-id.js'
import type { ToContext } from './to-context.js'
import { unsupported } from './to-context.js'
import { toDocument, toImage, toNamedText } from './to-media.js'

/** A tool's answer on the wire: its text, and what must follow it in a message of the user. */
export interface WireToolResult {
  readonly message: JsonObject
  readonly media: readonly JsonObject[]
}

/**
 * The wire takes text alone from tools, and knows no failed ones: a failure is told in words, and media come after all
 * results of the turn, in a message of the user that names the call.
 */
export function toToolResult(part: ToolResultPart, context: ToContext, path: string): WireToolResult {
  const { id, isError = false } = part
  const media: JsonObject[] = []
  const texts = part.content.flatMap((item, place) => toText(item, context, `${path}.content.${place}`, media))
  if (isError) texts.unshift('The tool failed.')
  if (media.length > 0) texts.push('(More of this result follows in the next message.)')
  const said = texts.filter((text) => text !== '').join('\n')
  const callId = toCallId(id)
  const intro = { type: 'text', text: `Part of the result of tool call ${callId}:` }
  return {
    message: { role: 'tool', tool_call_id: callId, content: said === '' ? '(no output)' : said },
    media: media.length > 0 ? [intro, ...media] : [],
  }
}

function toText(item: ToolResultContent, context: ToContext, path: string, media: JsonObject[]): string[] {
  switch (item.type) {
    case 'text':
      return [item.text]
    case 'json':
      return [JSON.stringify(item.value)]
    case 'search-result':
      return [toNamedText(`${item.title} (${item.source})`, item.content.join('\n\n'))]
    case 'image':
      media.push(toImage(item, context, path))
      return []
    case 'document': {
      const document = toDocument(item, context, path)
      if (document.type === 'text') return [String(document.text)]
      media.push(document)
      return []
    }
    case 'video':
      throw unsupported('A video', path, 'Let the tool give text or images.')
    case 'provider':
      if (item.provider !== context.provider) return []
      throw unsupported('A provider part in a tool result', path, 'Let the tool give text or JSON.')
    default:
      item satisfies never
      throw new AgentError('invalid-messages', `${path} is no content of a tool result: unknown type.`)
  }
}
