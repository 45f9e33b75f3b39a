import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonObject } from '@x/types'
import { AgentError } from '@x/types'
import type { AnySchema, DescribedSchema } from './any-schema.js'
import { toStandardSchema } from './any-schema.js'
import { converterPackage, convertWithLibrary, libraryOptions } from './converters.js'
import { isObject, mapSubschemas, resolveRef, visitSubschemas } from './subschemas.js'

/** `input` is what stands before transforms and defaults, `output` what stands after them. */
export type SchemaSide = 'input' | 'output'

const converted = { input: new WeakMap<object, JsonObject>(), output: new WeakMap<object, JsonObject>() }

/**
 * The JSON Schema (draft 2020-12) of what a schema **takes in**, as a model must write what stands before a transform;
 * or of what it gives.
 * Without `$schema`; the same bytes in every process, so that prompt and grammar caches hit; made once per schema
 * object and frozen.
 * @throws AgentError `unsupported` when the library has no converter or the schema cannot be said in JSON Schema.
 */
export function toJsonSchema(schema: AnySchema, side: SchemaSide = 'input'): JsonObject {
  const known = converted[side].get(schema)
  if (known) return known
  const standard = toStandardSchema(schema)
  const { vendor } = standard['~standard']
  const { $schema: _dialect, ...root } = toPlainJson(vendor, convert(standard, side))
  const made = freeze(inlineRootRef(vendor === 'arktype' ? renameDefinitions(root) : root))
  converted[side].set(schema, made)
  return made
}

/** Gives a schema the JSON Schema that its library cannot make, or a better one. Validation stays the schema's own. */
export function withJsonSchema<Input, Output>(
  schema: StandardSchemaV1<Input, Output>,
  json: JsonObject,
): DescribedSchema<Input, Output> {
  const { vendor } = schema['~standard']
  return {
    '~standard': {
      version: 1,
      vendor,
      validate: (value) => schema['~standard'].validate(value),
      jsonSchema: { input: () => ({ ...json }), output: () => ({ ...json }) },
    },
  }
}

function convert(schema: StandardSchemaV1, side: SchemaSide): unknown {
  const props: StandardSchemaV1.Props & Partial<StandardJSONSchemaV1.Props> = schema['~standard']
  let json: unknown
  try {
    json = props.jsonSchema
      ? props.jsonSchema[side]({ target: 'draft-2020-12', ...optionsOf(props.vendor) })
      : convertWithLibrary(props.vendor, schema, side)
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/[^.]$/, '$&.')
    throw new AgentError('unsupported', `The ${props.vendor} schema cannot be said in JSON Schema: ${reason}`, {
      hint: 'Take in what JSON can hold and transform it (dates and big integers as strings), or give the JSON Schema yourself: withJsonSchema(schema, json).',
      cause,
    })
  }
  if (json !== undefined) return json
  const packageName = converterPackage(props.vendor)
  throw new AgentError('unsupported', `Schemas of ${props.vendor} do not say themselves as JSON Schema.`, {
    hint: packageName
      ? `Install ${packageName}, which was not found, or give the JSON Schema yourself: withJsonSchema(schema, json).`
      : 'Give the JSON Schema yourself: withJsonSchema(schema, json).',
  })
}

function optionsOf(vendor: string) {
  const options = Object.hasOwn(libraryOptions, vendor) ? libraryOptions[vendor] : undefined
  return options && { libraryOptions: options }
}

/** A plain copy without functions, symbols and `undefined`, which libraries leave in what they make. */
function toPlainJson(vendor: string, json: unknown): JsonObject {
  const copy: unknown = JSON.parse(JSON.stringify(json) ?? 'null')
  if (isObject(copy)) return copy
  throw new AgentError('unsupported', `The ${vendor} schema gave something that is not a JSON Schema object.`, {
    hint: 'Give the JSON Schema yourself: withJsonSchema(schema, json).',
  })
}

/** arktype numbers its definitions by a counter of the process (`intersection223`): number them by appearance. */
function renameDefinitions(root: JsonObject): JsonObject {
  const names = new Map<string, string>()
  visitSubschemas(root, ({ $ref }) => {
    const name = typeof $ref === 'string' && $ref.startsWith('#/$defs/') ? $ref.slice('#/$defs/'.length) : undefined
    if (name !== undefined && /\d$/.test(name) && !names.has(name)) names.set(name, `definition${names.size + 1}`)
  })
  const rename = (schema: JsonObject): JsonObject => {
    const copy = mapSubschemas(schema, (subschema) => (isObject(subschema) ? rename(subschema) : subschema))
    const name = typeof copy.$ref === 'string' ? names.get(copy.$ref.slice('#/$defs/'.length)) : undefined
    return name === undefined ? copy : { ...copy, $ref: `#/$defs/${name}` }
  }
  const { $defs, ...rest } = rename(root)
  if (!isObject($defs)) return rest
  const members = Object.entries($defs).map(([name, member]) => [names.get(name) ?? name, member] as const)
  return { ...rest, $defs: Object.fromEntries(members.sort(([left], [right]) => (left < right ? -1 : 1))) }
}

/** A root that is only a reference to a definition of its own hides that it is an object, which services insist on. */
function inlineRootRef(root: JsonObject): JsonObject {
  const { $ref, ...rest } = root
  const found = typeof $ref === 'string' && $ref !== '#' ? resolveRef(root, $ref) : undefined
  return isObject(found) ? { ...found, ...rest } : root
}

function freeze(value: JsonObject): JsonObject {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) freeze(member as JsonObject)
  }
  return Object.freeze(value)
}
