import type { Capabilities, SchemaDialect } from '@x/types'

/*
 * What Bedrock takes of JSON Schema: the one source for what models say of themselves (`capabilities.schemas`) and for
 * what the request check refuses.
 */

/** Seen in live refusals. What the documentation alone excludes (`minLength`, `pattern`) was taken live. */
export const refusedKeywords: readonly string[] = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'maxItems',
  'oneOf',
]

/** "minItems values other than 0 or 1 are not supported", says the service. */
export const maxMinItems = 1

/**
 * Bounds that users ran into and nobody documents: 24 optional members over all strict tools of a request, 16 places
 * with a choice of types, "The compiled grammar is too large" from about 10 kB on.
 */
export const nativeLimits = { optionalMembers: 24, unions: 16, bytes: 10_000 } as const

/**
 * The subset that is compiled for native output and strict tools, on the safe side: only what the documentation names.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
 */
const native: SchemaDialect = {
  closedObjects: true,
  recursion: false,
  keywords: [
    ...['type', 'properties', 'required', 'additionalProperties', 'items', 'minItems', 'enum', 'const', 'format'],
    ...['anyOf', 'allOf', '$ref', '$defs', 'definitions', 'title', 'description', 'default'],
  ],
  // Those that other clients found to be taken; the documentation says "common string formats".
  formats: ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
  maxMinItems,
  limits: nativeLimits,
}

/** A plain tool: anything under an object without a choice at its root, which every dialect says. */
const tool: SchemaDialect = {}

/** Documented in the user guide of Nova (tool use): the root takes these three and no others. */
const novaTool: SchemaDialect = { rootKeywords: ['type', 'properties', 'required'] }

type Schemas = NonNullable<Capabilities['schemas']>

export const toolSchemas: Schemas = { tool }
export const novaSchemas: Schemas = { tool: novaTool }
export const nativeSchemas: Schemas = { tool, strictTool: native, output: native }
