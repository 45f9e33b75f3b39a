import type { JsonObject, JsonValue } from '@x/types'
import { AgentError } from '@x/types'
import type { AnySchema, InferOutput } from './any-schema.js'
import type { SchemaChange } from './apply-dialect.js'
import { applyDialect } from './apply-dialect.js'
import type { DialectName } from './dialects.js'
import { dialects } from './dialects.js'
import { isObject, mapSubschemas } from './subschemas.js'
import { toJsonSchema } from './to-json-schema.js'
import type { Validation } from './validate.js'
import { validate } from './validate.js'

/** A schema made ready for a service, and the way back from what the model wrote. */
export interface CompiledSchema<Output> {
  /** What the service is sent; its root is an object. */
  readonly jsonSchema: JsonObject
  /** The root was not an object and stands in the member `value` of one. */
  readonly isWrapped: boolean
  /** Where `jsonSchema` differs from `toJsonSchema(schema)`, wrapping aside. */
  readonly changes: readonly SchemaChange[]
  /** Takes the wrapping off and checks against the whole schema, whatever the dialect had to leave out. */
  validate(written: JsonValue): Promise<Validation<Output>>
}

/**
 * Compiles a schema for a dialect (default `plain`).
 * @throws AgentError `unsupported` for an unknown dialect and for what the dialect cannot say.
 */
export function compileSchema<Schema extends AnySchema>(
  schema: Schema,
  dialect: DialectName = 'plain',
): CompiledSchema<InferOutput<Schema>> {
  if (!Object.hasOwn(dialects, dialect)) {
    throw new AgentError('unsupported', `There is no schema dialect "${dialect}".`, {
      hint: `Known dialects: ${Object.keys(dialects).join(', ')}.`,
    })
  }
  const json = toJsonSchema(schema)
  const isWrapped = !isPlainObject(json)
  const { schema: jsonSchema, changes } = applyDialect(isWrapped ? wrap(json) : json, dialects[dialect])
  return {
    jsonSchema,
    isWrapped,
    changes,
    async validate(written) {
      if (!isWrapped) return validate(schema, written)
      if (isObject(written) && Object.hasOwn(written, 'value')) return validate(schema, written.value)
      return { valid: false, problems: [{ path: 'value', message: 'is missing' }] }
    },
  }
}

/** Services refuse a root that is a choice, even beside `type: "object"`. */
function isPlainObject({ type, anyOf, oneOf, allOf }: JsonObject): boolean {
  return type === 'object' && anyOf === undefined && oneOf === undefined && allOf === undefined
}

/** Definitions move up to the new root; references into the old root follow it. */
function wrap(root: JsonObject): JsonObject {
  const { $defs, definitions, ...value } = root
  const follow = (schema: JsonObject): JsonObject => {
    const copy = mapSubschemas(schema, (subschema) => (isObject(subschema) ? follow(subschema) : subschema))
    const { $ref } = copy
    if (typeof $ref !== 'string' || /^#\/(\$defs|definitions)\//.test($ref) || !/^#(\/|$)/.test($ref)) return copy
    return { ...copy, $ref: `#/properties/value${$ref.slice(1)}` }
  }
  const kept = { ...($defs && { $defs }), ...(definitions && { definitions }) }
  return follow({ type: 'object', properties: { value }, required: ['value'], ...kept })
}
