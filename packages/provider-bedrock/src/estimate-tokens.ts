import type { ModelRequest } from '@x/types'
import { estimatePartTokens } from './estimate-part-tokens.js'

/** Input tokens of a request, roughly: four characters of text a token, two of JSON. */
export function estimateTokens({ tools = [], system = [], messages }: ModelRequest): number {
  const parts = [...tools, ...system, ...messages.flatMap(({ content }) => [...content])]
  return parts.reduce((sum, part) => sum + estimatePartTokens(part), 0)
}
