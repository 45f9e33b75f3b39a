import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CreateOptions } from '@x/structured/client'
import type { AnySchema } from '@x/tools/schema'
import type { JsonObject, JsonValue } from '@x/types'

/** One instance of a rule of an Instructor-shaped client. */
export interface InstructorCase {
  readonly id: string
  readonly rule: number
  readonly kind: string
  readonly input: {
    /** What the caller passes, in the shapes of JSON. */
    readonly call?: CreateOptions<AnySchema>
    readonly mode?: keyof typeof modeNames
    readonly model?: { readonly name: string; readonly description?: string; readonly schema: JsonObject } | null
    readonly reply?: RecordedReply | null
    readonly replies?: readonly (RecordedReply | Thrown)[]
    readonly maxRetries?: number
    readonly hooks?: { readonly [name: string]: 'throws' }
    readonly modeName?: string
  }
  readonly expected: {
    readonly request?: JsonObject
    readonly absent?: readonly string[]
    readonly inputUnchanged?: boolean
    readonly path?: string
    readonly equals?: JsonValue
    readonly value?: JsonValue
    readonly calls?: number
    readonly mode?: keyof typeof modeNames
    readonly hooksInOrder?: readonly string[]
    readonly secondCallMessages?: JsonValue
    readonly secondCallMessagesLength?: number
    readonly secondCallKeeps?: readonly string[]
    readonly secondCallToolResultIds?: readonly string[]
    readonly secondCallHasNoToolResult?: boolean
    readonly usage?: JsonObject
    readonly error?: {
      readonly words?: readonly string[]
      readonly failedAttempts?: number
      readonly class?: string
      readonly keyword?: string
    }
  }
}

export interface RecordedReply {
  readonly output: { readonly message: { readonly content?: readonly JsonObject[] } }
  readonly stopReason: string
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly totalTokens: number }
}

export interface Thrown {
  readonly throws: { readonly name: string; readonly status: number; readonly message: string }
}

/** Instructor's names for the modes of the cases. */
export const modeNames = {
  tools: 'BEDROCK_TOOLS',
  json: 'BEDROCK_JSON',
  'json-schema': 'BEDROCK_STRUCTURED_OUTPUTS',
  'tools-strict': 'BEDROCK_TOOLS_STRICT',
} as const

const folder = process.env.X_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures')
const file = join(folder, 'instructor-cases.json')

/** Why there are none, for the name of a test; empty when there are. */
export const casesMissing = existsSync(file) ? '' : ` (skipped: no recorded cases in ${folder}; set X_FIXTURES)`

export const instructorCases: readonly InstructorCase[] = casesMissing ? [] : JSON.parse(readFileSync(file, 'utf8'))

/** Where `actual` is not what a case expects; matchers inside of it are read. */
export function differences(actual: unknown, expected: unknown, path = '$'): string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [`${path}: ${JSON.stringify(actual)}`]
    return expected.flatMap((item, index) => differences(actual[index], item, `${path}.${index}`))
  }
  if (typeof expected !== 'object' || expected === null) {
    return actual === expected ? [] : [`${path}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`]
  }
  const matcher = expected as { $any?: string; $contains?: string[]; $jsonString?: unknown; $schema?: unknown }
  if (matcher.$any) return typeof actual === 'string' && actual !== '' ? [] : [`${path}: not a text`]
  if (matcher.$contains) {
    return matcher.$contains.filter((word) => !String(actual).includes(word)).map((word) => `${path}: without ${word}`)
  }
  if ('$jsonString' in matcher) return differences(JSON.parse(String(actual)), matcher.$jsonString, path)
  if (typeof matcher.$schema === 'object')
    return differences(withoutClosing(actual), withoutClosing(matcher.$schema), path)
  const found = (actual ?? {}) as JsonObject
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((key) =>
    differences(found[key], (expected as JsonObject)[key], `${path}.${key}`),
  )
}

/** A title, the dialect and the closing of objects may differ. */
function withoutClosing(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === 'title' || key === '$schema' || (key === 'additionalProperties' && value === false) ? undefined : value,
  )
}
