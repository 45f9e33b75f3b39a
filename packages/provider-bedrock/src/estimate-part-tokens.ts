import type { ModelRequest, Part } from '@x/types'

type Item = Part | NonNullable<ModelRequest['tools']>[number]

/** Tokens of one part or tool, roughly: four characters of text each, or two of JSON. The bytes of documents, video and audio count nothing. */
export function estimatePartTokens(item: Item): number {
  const known = estimates.get(item)
  if (known !== undefined) return known
  const tokens = Math.ceil(charactersOf(item) / charactersPerToken)
  estimates.set(item, tokens)
  return tokens
}

const charactersPerToken = 4
/** What Claude counts for a picture of about a megapixel. */
const imageTokens = 1500

/** Parts are values, and every turn sends the whole conversation again. */
const estimates = new WeakMap<Item, number>()

function charactersOf(item: Item): number {
  if (!('type' in item)) return ofJson(item)
  switch (item.type) {
    case 'text':
      return item.text.length
    case 'reasoning':
      return (item.text ?? '').length
    case 'tool-call':
      return item.name.length + ofJson(item.input)
    case 'tool-result':
      return item.content.reduce((sum, part) => sum + charactersOf(part), 0)
    case 'json':
    case 'provider':
      return ofJson(item.value)
    case 'search-result':
      return item.content.reduce((sum, text) => sum + text.length, item.title.length + item.source.length)
    case 'guard-content':
      return charactersOf(item.content)
    case 'document':
      if (item.source.type === 'text') return item.source.text.length
      return item.source.type === 'content' ? item.source.content.join('').length : 0
    case 'image':
      return imageTokens * charactersPerToken
    default:
      return 0
  }
}

/** Its quotes and braces are tokens of their own. */
function ofJson(value: unknown): number {
  return JSON.stringify(value).length * 2
}
