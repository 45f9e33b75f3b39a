import type { IncomingMessage } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { JsonValue, ToolResultContent } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import type { Body } from './http-body.js'
import type { ContentType } from './http-text.js'
import { decodeText, isHtml, isJson, parseContentType } from './http-text.js'

export type AnswerForm = 'auto' | 'text' | 'json' | 'markdown'

export interface AnswerOptions {
  readonly form: AnswerForm
  /** The first character to show. */
  readonly offset: number
  readonly maxChars: number
  /** The same request may be sent again to see more. */
  readonly isRepeatable: boolean
  /** Values that must not be shown, should the other side echo them. */
  readonly secrets: readonly string[]
  toMarkdown(html: string): Promise<string>
}

/** What the model reads: a head of status, address and a few headers; then the body, as JSON if that fits whole. */
export async function toAnswer(
  response: IncomingMessage,
  url: URL,
  body: Body,
  options: AnswerOptions,
): Promise<readonly ToolResultContent[]> {
  const type = parseContentType(response.headers['content-type'])
  const hide = (text: string) => hideSecrets(text, options.secrets)
  const head = [hide(headOf(response, url))]
  const text = decodeText(body.bytes, type, body.isCut)
  if (text === undefined || body.bytes.length === 0) {
    return [{ type: 'text', text: `${head}\n${body.bytes.length === 0 ? '(no body)' : binaryNote(type, body)}` }]
  }
  if (body.isCut) head.push(`(Only the first ${body.bytes.length} bytes were read.)`)
  const { text: shown, value, note } = await inForm(hide(text), type, body.isCut, options)
  if (note !== undefined) head.push(note)
  if (value !== undefined && options.offset === 0 && shown.length <= options.maxChars) {
    return [
      { type: 'text', text: head.join('\n') },
      { type: 'json', value },
    ]
  }
  const window = shown.slice(options.offset, options.offset + options.maxChars)
  const end = options.offset + window.length
  if (options.offset > 0 || end < shown.length) {
    const more = end < shown.length && options.isRepeatable ? ` Ask for more with offset ${end}.` : ''
    head.push(`(Characters ${options.offset} to ${end} of ${shown.length}.${more})`)
  }
  return [
    { type: 'text', text: head.join('\n') },
    { type: 'text', text: window === '' ? '(nothing from there on)' : window },
  ]
}

/** What a body is when it is not read at all. */
export function binaryAnswer(
  response: IncomingMessage,
  url: URL,
  secrets: readonly string[],
): readonly ToolResultContent[] {
  const { 'content-type': type, 'content-length': length } = response.headers
  const size = length === undefined ? '' : `, ${length} bytes`
  return [
    {
      type: 'text',
      text: `${hideSecrets(headOf(response, url), secrets)}\n(A binary body, ${type}${size}: not shown.)`,
    },
  ]
}

const shownHeaders = ['content-type', 'last-modified', 'link', 'retry-after', 'location', 'www-authenticate'] as const

function headOf({ statusCode = 0, headers }: IncomingMessage, url: URL): string {
  const lines = shownHeaders.flatMap((name) => {
    const value = headers[name]
    return value === undefined ? [] : [`${name}: ${String(value).slice(0, 500)}`]
  })
  return [`HTTP ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trim(), url.href.slice(0, 2_048), ...lines].join('\n')
}

function binaryNote({ mediaType }: ContentType, { bytes, isCut }: Body): string {
  return `(A binary body, ${mediaType || 'of no known type'}, ${isCut ? 'more than ' : ''}${bytes.length} bytes: not shown.)`
}

interface Shown {
  readonly text: string
  readonly value?: JsonValue | undefined
  readonly note?: string
}

async function inForm(text: string, type: ContentType, isCut: boolean, options: AnswerOptions): Promise<Shown> {
  const { form } = options
  if (form === 'json' || (form === 'auto' && isJson(type) && !isCut)) return inJson(text, isCut, form)
  if (form === 'text' || (form === 'auto' && !isHtml(type))) return { text }
  try {
    return { text: await options.toMarkdown(text) }
  } catch (error) {
    if (form === 'markdown' || isAgentError(error, 'aborted')) throw error
    return { text, note: '(HTML as it came: it could not be converted.)' }
  }
}

function inJson(text: string, isCut: boolean, form: AnswerForm): Shown {
  try {
    const value = JSON.parse(text) as JsonValue
    return { text: JSON.stringify(value), value }
  } catch (cause) {
    if (form === 'auto') return { text, note: '(It says that it is JSON, but cannot be read as such.)' }
    const why = isCut ? 'too long to be read whole' : 'not JSON'
    throw new AgentError('tool-failed', `The answer is ${why}.`, { hint: 'Ask for it as text.', cause })
  }
}

function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text)
}
