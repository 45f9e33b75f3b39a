import type { JsonValue, Model, ModelRequest } from '@x/types'

/** Media cost by size of the picture or page and not by bytes; a stand-in of the order that services document. */
const tokensPerMedium = 1_600

/**
 * A guess of the tokens that JSON-like data takes, a little too high on purpose: one for three characters, so that prose
 * (about four characters) and code (about three) both fit, and one for each character of scripts such as Chinese.
 */
export function estimateTokens(value: unknown): number {
  if (typeof value === 'string') return Math.ceil((value.length + 2 * wideLength(value)) / 3)
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + estimateTokens(item), 0)
  if (typeof value !== 'object' || value === null) return 1
  if (isMedium(value)) return tokensPerMedium
  return Object.entries(value).reduce(
    (sum, [key, member]) => sum + Math.ceil(key.length / 3) + estimateTokens(member),
    0,
  )
}

const mediaTypes: ReadonlySet<unknown> = new Set(['image', 'document', 'video', 'audio'])

/** A document that is given as text is as long as its text. */
function isMedium(value: object): boolean {
  if (!('type' in value && 'source' in value && mediaTypes.has(value.type))) return false
  const { source } = value
  return typeof source === 'object' && source !== null && ('base64' in source || 'uri' in source)
}

function wideLength(text: string): number {
  return text.match(/[\u0800-\uffff]/g)?.length ?? 0
}

/** What is sent of a request, without what only we know. */
export function estimateRequest({ messages, system = [], tools = [], output }: ModelRequest): number {
  const contents = messages.map(({ content }) => content)
  const specs = tools.map((tool) => ('inputSchema' in tool ? [tool.description, tool.inputSchema as JsonValue] : 1))
  return estimateTokens([contents, system, specs, output ?? ''])
}

/** The model's own count where it is exact, else a guess. A count that fails is a guess too: it must not stop the call. */
export async function countRequest(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<{ readonly tokens: number; readonly isExact: boolean }> {
  if (model.countTokens && model.capabilities?.().countsTokens === 'exact') {
    try {
      return { tokens: await model.countTokens(request, { signal }), isExact: true }
    } catch {
      // Counting is a call of its own, with permissions and limits of its own.
    }
  }
  return { tokens: estimateRequest(request), isExact: false }
}
