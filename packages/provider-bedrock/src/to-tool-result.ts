import type { ToolResultBlock, ToolResultContentBlock } from '@aws-sdk/client-bedrock-runtime'
import type { JsonValue, ToolResultContent, ToolResultPart } from '@x/types'
import { AgentError } from '@x/types'
import { provider } from './config.js'
import type { Quirks } from './quirks.js'
import { toDocument, toImage, toSearchResult, toVideo } from './to-media.js'
import { toText } from './to-text.js'
import { contentMembers, toWireObject, toWireUnion } from './wire-json.js'

/** A result is never empty on the wire: the service refuses an error without content, and models ask again. */
export function toToolResult(part: ToolResultPart, quirks: Quirks, path: string): ToolResultBlock {
  const { id, isError = false } = part
  const content = part.content.flatMap((item, place) => toContent(item, `${path}.content.${place}`))
  if (isError && !quirks.toolResultStatus) content.unshift({ text: 'The tool failed.' })
  if (content.length === 0) content.push({ text: isError ? 'The tool failed without a message.' : '(no output)' })
  return { toolUseId: id, content, ...(isError && quirks.toolResultStatus && { status: 'error' }) }
}

function toContent(item: ToolResultContent, path: string): ToolResultContentBlock[] {
  switch (item.type) {
    case 'text':
      return toText(item.text)
    case 'json':
      return [toJson(item.value)]
    case 'image':
      return [toImage(item, path)]
    case 'document':
      return [toDocument(item, path)]
    case 'video':
      return [toVideo(item, path)]
    case 'search-result':
      return [toSearchResult(item)]
    case 'provider':
      return item.provider === provider ? [toWireUnion(item.value, contentMembers) as ToolResultContentBlock] : []
    default:
      item satisfies never
      throw new AgentError('invalid-messages', `${path} is no content of a tool result: unknown type.`)
  }
}

function toJson(value: JsonValue): ToolResultContentBlock.JsonMember {
  return { json: toWireObject(value) as ToolResultContentBlock.JsonMember['json'] }
}
