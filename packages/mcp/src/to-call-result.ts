import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { DocumentPart, JsonObject, ToolOutput, ToolResultContent } from '@x/types'
import { AgentError } from '@x/types'
import { asObject } from './json.js'

type Block = CallToolResult['content'][number]

/** Media types of what the protocol has no other name for. */
const documentTypes: Readonly<Record<NonNullable<DocumentPart['format']>, string>> = {
  pdf: 'application/pdf',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  html: 'text/html',
  txt: 'text/plain',
  md: 'text/markdown',
}

/** What a tool returned, in the words of the protocol; a JSON object under an output schema is structured content. */
export function toCallResult(output: ToolOutput, outputSchema?: JsonObject): CallToolResult {
  const parts = toParts(output)
  const content = parts.map(toBlock)
  if (!outputSchema) return { content }
  const structured = parts.map((part) => (part.type === 'json' ? asObject(part.value) : undefined)).find(Boolean)
  if (!structured) {
    throw new AgentError('invalid-output', 'The tool has an output schema for an object, but gave none.')
  }
  return { content, structuredContent: { ...structured } }
}

export function toErrorResult(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true }
}

/** As the loop reads an output: a list counts as parts only if every item is a well-formed part. */
function toParts(output: ToolOutput): readonly ToolResultContent[] {
  if (output === undefined) return [{ type: 'text', text: '(no output)' }]
  if (typeof output === 'string') return [{ type: 'text', text: output }]
  if (Array.isArray(output) && output.length > 0 && output.every(isPart)) return output
  const text = JSON.stringify(output, (_key, member: unknown) => (typeof member === 'bigint' ? `${member}` : member))
  if (text === undefined)
    throw new AgentError('tool-failed', `The tool returned a ${typeof output}, which is not JSON.`)
  return [{ type: 'json', value: JSON.parse(text) }]
}

const requiredMember: Readonly<Record<ToolResultContent['type'], string>> = {
  text: 'text',
  json: 'value',
  image: 'source',
  document: 'source',
  video: 'source',
  'search-result': 'content',
  provider: 'value',
}

function isPart(item: unknown): item is ToolResultContent {
  const type = asObject(item)?.type
  if (typeof type !== 'string' || !Object.hasOwn(requiredMember, type)) return false
  return requiredMember[type as ToolResultContent['type']] in (item as object)
}

function toBlock(part: ToolResultContent): Block {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'json':
      return { type: 'text', text: JSON.stringify(part.value) }
    case 'image':
      return part.source.type === 'base64'
        ? { type: 'image', data: part.source.base64, mimeType: `image/${part.format}` }
        : toLink(part.source.uri, 'image', `image/${part.format}`)
    case 'video':
      return toResource(part.source, 'video', `video/${part.format}`)
    case 'document':
      return toDocument(part)
    case 'search-result':
      return { type: 'text', text: `[${part.source}] ${part.title}\n${part.content.join('\n')}` }
    case 'provider':
      return { type: 'text', text: `[A block that only ${part.provider} understands]` }
  }
}

function toDocument({ name, source, format = 'txt' }: DocumentPart): Block {
  if (source.type === 'text' || source.type === 'content') {
    const text = source.type === 'text' ? source.text : source.content.join('\n')
    return { type: 'resource', resource: { uri: uriOf(name), mimeType: documentTypes[format], text } }
  }
  return toResource(source, name, documentTypes[format])
}

type Bytes = { readonly type: 'base64'; readonly base64: string } | { readonly type: 's3'; readonly uri: string }

function toResource(source: Bytes, name: string, mimeType: string): Block {
  if (source.type === 's3') return toLink(source.uri, name, mimeType)
  return { type: 'resource', resource: { uri: uriOf(name), mimeType, blob: source.base64 } }
}

function toLink(uri: string, name: string, mimeType: string): Block {
  return { type: 'resource_link', uri, name, mimeType }
}

/** Embedded resources must have one; this one says where it comes from and cannot be read again. */
function uriOf(name: string): string {
  return `result:///${encodeURIComponent(name)}`
}
