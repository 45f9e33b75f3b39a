import type { Attributes } from '@opentelemetry/api'
import type { JsonValue } from '@x/types'
import { ownAttributes } from './attributes.js'
import type { Say } from './to-otel-messages.js'

export interface ContentOptions {
  /**
   * Called with every text that would be recorded: of messages and system prompts, and of tool arguments and results
   * also numbers and the names of members. What it gives is recorded in place of it. When it throws, or gives anything
   * but a text, the whole attribute is left out and named in `x.content.omitted`.
   */
  readonly redact?: (text: string, attribute: string) => string
  /** Characters of one text; what is longer is cut. Default 4,096. */
  readonly maxTextLength?: number
  /** Characters of one attribute, as JSON; the oldest messages are left out first. Default 32,768. */
  readonly maxLength?: number
}

/** What one attribute holds: a list whose end matters most, or one value. */
export type Content = { readonly attribute: string } & (
  | { readonly items: readonly ((say: Say) => readonly JsonValue[])[] }
  | { readonly value: (say: Say) => JsonValue }
)

/** Content as JSON texts, redacted before it is cut, so that no half of a secret is missed. */
export function describeContent(contents: readonly Content[], options: ContentOptions): Attributes {
  const { maxLength = 32_768 } = options
  const attributes: Attributes = {}
  const omitted: string[] = []
  const truncated: string[] = []
  for (const content of contents) {
    const { attribute } = content
    let isCut = false
    const say = speaker(attribute, options, () => {
      isCut = true
    })
    try {
      const json = 'items' in content ? lastOf(content.items, say, maxLength) : whole(content.value(say), maxLength)
      if (json.isCut || isCut) truncated.push(attribute)
      if (json.text !== undefined) attributes[attribute] = json.text
    } catch {
      // Whatever went wrong may quote the content, so only the fact is told.
      omitted.push(attribute)
    }
  }
  if (omitted.length > 0) attributes[ownAttributes.contentOmitted] = omitted
  if (truncated.length > 0) attributes[ownAttributes.contentTruncated] = truncated
  return attributes
}

interface Written {
  readonly text?: string
  readonly isCut: boolean
}

function lastOf(items: readonly ((say: Say) => readonly JsonValue[])[], say: Say, maxLength: number): Written {
  const kept: string[] = []
  let length = 2
  for (const item of items.toReversed()) {
    const texts = item(say).map((value) => JSON.stringify(value))
    length += texts.reduce((sum, text) => sum + text.length + 1, 0)
    if (length > maxLength) return { text: `[${kept.join(',')}]`, isCut: true }
    kept.unshift(...texts)
  }
  return { text: `[${kept.join(',')}]`, isCut: false }
}

function whole(value: JsonValue, maxLength: number): Written {
  const text = JSON.stringify(value)
  return text.length > maxLength ? { isCut: true } : { text, isCut: false }
}

function speaker(attribute: string, { redact, maxTextLength = 4_096 }: ContentOptions, onCut: () => void): Say {
  const toText = (text: string): string => {
    const redacted: unknown = redact ? redact(text, attribute) : text
    if (typeof redacted !== 'string') throw new TypeError('redact() must give a text.')
    const shown = redacted.replace(inlineMedia, '$1…')
    if (shown.length <= maxTextLength) return shown
    onCut()
    return `${shown.slice(0, maxTextLength).replace(/[\ud800-\udbff]$/, '')}… (${shown.length} characters)`
  }
  const say = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return toText(value)
    if (typeof value === 'number') {
      const text = toText(String(value))
      return text === String(value) ? value : text
    }
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(say)
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[toText(name), say(member)]])),
    )
  }
  return say
}

/** Bytes in a `data:` URL, wherever it stands. */
const inlineMedia = /(data:[\w.+-]+\/[\w.+-]+(?:;[\w=.-]+)*;base64,)[A-Za-z0-9+/=_-]+/g
