import type { AudioPart, DocumentPart, ImagePart, JsonObject, TextPart, VideoPart } from '@x/types'
import { asObject, asText, canonical, parseJson } from './json.js'

/** What MCP content becomes: parts that may stand in a user message and, but for audio, in a tool result. */
export type ContentPart = TextPart | ImagePart | DocumentPart | VideoPart | AudioPart

export interface ContentOptions {
  /** Of all parts together, as they are sent: text in UTF-8, media in base64. What is more is cut, and the text says so. */
  readonly maxBytes: number
  /** Tool results hold no audio; it is then told about in a text. */
  readonly audio: boolean
}

/** Content blocks of the protocol as parts. What this contract has no part for becomes a text that says what it was. */
export function fromContent(blocks: unknown, { maxBytes, audio }: ContentOptions): ContentPart[] {
  const fit = budget(maxBytes)
  const list = Array.isArray(blocks) ? blocks : []
  return list
    .map((block) => fromBlock(asObject(block) ?? {}))
    .map((part) => (part.type === 'audio' && !audio ? note(`audio/${part.format}`, 'cannot be shown here') : part))
    .map(fit)
    .filter((part) => part.type !== 'text' || part.text !== '')
}

/** The members of `resources/read`: text or bytes under a URI. */
export function fromResource(contents: unknown, options: ContentOptions): ContentPart[] {
  const list = Array.isArray(contents) ? contents : []
  return fromContent(
    list.map((resource) => ({ type: 'resource', resource, bare: list.length === 1 })),
    options,
  )
}

/**
 * A tool's content, and its structured content as a JSON value. Servers say the same thing in both, for old clients; it
 * is given once: text that the structured content holds is left out, and so is structured content that holds media.
 */
export function fromToolContent(
  result: JsonObject,
  maxBytes: number,
): { readonly parts: readonly Exclude<ContentPart, AudioPart>[]; readonly structured?: JsonObject } {
  const blocks = Array.isArray(result.content) ? result.content.map((block: unknown) => asObject(block) ?? {}) : []
  const given = asObject(result.structuredContent)
  const json = given && canonical(given)
  const structured = json !== undefined && blocks.some((block) => holdsMedia(json, block)) ? undefined : given
  const size = structured && json !== undefined ? Buffer.byteLength(json) : 0
  const tooLarge = size > maxBytes
  const about = `[structured content of ${size} bytes left out: a result may have ${maxBytes} bytes]`
  const content = tooLarge
    ? [{ type: 'text', text: about }, ...blocks]
    : blocks.filter((block) => !structured || !repeats(structured, asText(block.text)))
  const parts = fromContent(content, { maxBytes: tooLarge ? maxBytes : maxBytes - size, audio: false })
  return {
    parts: parts as Exclude<ContentPart, AudioPart>[],
    ...(structured && !tooLarge && { structured }),
  }
}

function holdsMedia(json: string, { data, resource }: JsonObject): boolean {
  const base64 = asText(data) ?? asText(asObject(resource)?.blob)
  return base64 !== undefined && base64 !== '' && json.includes(base64)
}

function repeats(structured: JsonObject, text: string | undefined): boolean {
  if (text === undefined) return false
  return Object.values(structured).includes(text) || canonical(parseJson(text)) === canonical(structured)
}

function fromBlock(block: JsonObject): ContentPart {
  const type = asText(block.type) ?? 'content without a type'
  const mimeType = asText(block.mimeType)
  switch (type) {
    case 'text':
      return { type: 'text', text: asText(block.text) ?? '' }
    case 'image':
    case 'audio':
      return fromBytes(asText(block.data), mimeType ?? type, type)
    case 'resource': {
      const resource = asObject(block.resource) ?? {}
      const uri = asText(resource.uri) ?? 'resource'
      const text = asText(resource.text)
      if (text === undefined) return fromBytes(asText(resource.blob), asText(resource.mimeType) ?? 'bytes', uri)
      return { type: 'text', text: block.bare ? text : `[${uri}]\n${text}` }
    }
    case 'resource_link': {
      const about = [asText(block.title) ?? asText(block.name), mimeType, asText(block.description)]
      return { type: 'text', text: `[Resource ${asText(block.uri)}: ${about.filter(Boolean).join(', ')}]` }
    }
    default:
      return note(type, 'is of a kind that cannot be shown here')
  }
}

const imageFormats: { readonly [mimeType: string]: ImagePart['format'] | undefined } = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
}

const documentFormats: { readonly [mimeType: string]: NonNullable<DocumentPart['format']> | undefined } = {
  'application/pdf': 'pdf',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
}

const videoFormats: { readonly [mimeType: string]: VideoPart['format'] | undefined } = {
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
  'video/x-matroska': 'mkv',
  'video/mpeg': 'mpeg',
}

function fromBytes(base64: string | undefined, mimeType: string, name: string): ContentPart {
  // A service refuses the whole request for one block that is not base64.
  if (!base64 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0)
    return note(mimeType, 'is not valid base64')
  const [essence = ''] = mimeType.toLowerCase().split(';')
  const source = { type: 'base64', base64 } as const
  const image = own(imageFormats, essence)
  if (image) return { type: 'image', format: image, source }
  const text = essence.startsWith('text/') ? textOf(base64) : undefined
  if (text !== undefined) return { type: 'text', text }
  const document = own(documentFormats, essence)
  if (document) return { type: 'document', name: documentName(name), format: document, source }
  const video = own(videoFormats, essence)
  if (video) return { type: 'video', format: video, source }
  if (/^audio\/[a-z0-9.+-]+$/.test(essence)) return { type: 'audio', format: essence.slice('audio/'.length), source }
  return note(
    `${name}: ${mimeType}, ${Math.floor((base64.length * 3) / 4)} bytes`,
    'is of a kind that cannot be shown here',
  )
}

/** `undefined` for bytes that are not UTF-8. */
function textOf(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}

function own<Value>(table: { readonly [key: string]: Value | undefined }, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

/** Letters, digits, single spaces, `-`, `()` and `[]` are what services take. */
function documentName(uri: string): string {
  const name = uri.replaceAll(/[^a-zA-Z0-9()[\]-]+/g, ' ').trim()
  return name.slice(-100).trim() || 'document'
}

function note(what: string, why: string): TextPart {
  return { type: 'text', text: `[${what.slice(0, 200)} ${why}]` }
}

function budget(maxBytes: number): (part: ContentPart) => ContentPart {
  let left = maxBytes
  return (part) => {
    if (part.type === 'text') {
      const bytes = Buffer.byteLength(part.text)
      const room = left
      left = Math.max(0, left - bytes)
      return bytes <= room ? part : { type: 'text', text: cutText(part.text, room, bytes) }
    }
    const bytes = part.source.type === 'base64' ? part.source.base64.length : 0
    if (bytes > left) return note(`${part.type} of ${bytes} bytes`, `left out: a result may have ${maxBytes} bytes`)
    left -= bytes
    return part
  }
}

function cutText(text: string, room: number, bytes: number): string {
  // A character that was cut in two decodes as the replacement character.
  const start = Buffer.from(text)
    .subarray(0, room)
    .toString()
    .replace(/\uFFFD+$/, '')
  return `${start}\n[cut: ${bytes - room} more bytes did not fit]`
}
