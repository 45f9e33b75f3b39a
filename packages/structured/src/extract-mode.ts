import { AgentError } from '@x/types'

/**
 * How an answer is asked for, best first:
 *
 * - `native`: by the service's own structured output (`ModelRequest.output`)
 * - `strict-tool`: as the arguments of a tool that the service holds to its schema
 * - `tool`: as the arguments of a tool
 * - `prompted`: as JSON in the text, with the schema in the system prompt
 */
export type ExtractMode = (typeof extractModes)[number]

export const extractModes = ['native', 'strict-tool', 'tool', 'prompted'] as const

/** What Instructor calls them. */
const otherNames = {
  BEDROCK_STRUCTURED_OUTPUTS: 'native',
  JSON_SCHEMA: 'native',
  BEDROCK_TOOLS_STRICT: 'strict-tool',
  TOOLS_STRICT: 'strict-tool',
  BEDROCK_TOOLS: 'tool',
  TOOLS: 'tool',
  BEDROCK_JSON: 'prompted',
  MD_JSON: 'prompted',
  JSON: 'prompted',
} as const satisfies Readonly<Record<string, ExtractMode>>

/** A mode, or Instructor's name for one, in any case (`bedrock_tools`). */
export type ExtractModeName =
  | ExtractMode
  | keyof typeof otherNames
  | Lowercase<Extract<keyof typeof otherNames, string>>

/** @throws AgentError `invalid-config` that lists the names */
export function toExtractMode(name: string): ExtractMode {
  const mode = extractModes.find((known) => known === name)
  if (mode) return mode
  const upper = name.toUpperCase()
  if (Object.hasOwn(otherNames, upper)) return otherNames[upper as keyof typeof otherNames]
  throw new AgentError('invalid-config', `There is no mode ${JSON.stringify(name)}.`, {
    hint: `Modes: ${extractModes.join(', ')}. Instructor's names for them: ${Object.keys(otherNames).join(', ')}.`,
  })
}
