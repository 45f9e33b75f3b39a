import type { JsonObject, JsonValue, SchemaDialect } from '@x/types'
import type { AnySchema, InferOutput } from './any-schema.js'
import { applyDialect } from './apply-dialect.js'
import type { SchemaCounts } from './count-schema.js'
import { checkLimits, countSchema } from './count-schema.js'
import type { DialectName } from './dialects.js'
import { toDialect } from './dialects.js'
import { isPlainObject, prepareSchema } from './prepare-schema.js'
import { restorer } from './restore.js'
import type { SchemaChange } from './rewriter.js'
import { isObject } from './subschemas.js'
import { toJsonSchema } from './to-json-schema.js'
import type { Validation } from './validate.js'
import { validate } from './validate.js'

/** A schema made ready for a service, and the way back from what the model wrote. */
export interface CompiledSchema<Output> {
  /** What the service is sent; its root is an object. */
  readonly jsonSchema: JsonObject
  /** The root was not an object and stands in the member `value` of one. */
  readonly isWrapped: boolean
  /** Where `jsonSchema` differs from `toJsonSchema(schema)`. */
  readonly changes: readonly SchemaChange[]
  readonly counts: SchemaCounts
  /**
   * Takes back what compiling did to the shape: the wrapping, maps as lists of `{ key, value }`, tuples as objects,
   * members left out as `null`. Takes unfinished values of a stream too, and remembers what it has seen of them; values
   * in their original shape come back as they are. `undefined` while a wrapped value is not there.
   */
  restore(written: JsonValue): JsonValue | undefined
  /** Restores, and checks against the whole schema, whatever the dialect had to leave out. */
  validate(written: JsonValue): Promise<Validation<Output>>
}

/**
 * Compiles a schema for a dialect (default `plain`): a name, or data such as `model.capabilities().schemas.output`.
 * Done once per schema object and dialect; the same bytes every time.
 * @throws AgentError `unsupported` for an unknown dialect, for what the dialect cannot say, and for a limit that is
 *   exceeded, with the JSON pointer of the place.
 */
export function compileSchema<Schema extends AnySchema>(
  schema: Schema,
  dialect: SchemaDialect | DialectName = 'plain',
): CompiledSchema<InferOutput<Schema>> {
  const rules = toDialect(dialect)
  const key = keyOf(rules)
  // First, as it also says what is no schema at all.
  const json = toJsonSchema(schema)
  const known = compiled.get(schema) ?? new Map<string, CompiledSchema<unknown>>()
  compiled.set(schema, known)
  let made = known.get(key)
  if (!made) {
    made = compile(schema, json, rules)
    known.set(key, made)
  }
  return made as CompiledSchema<InferOutput<Schema>>
}

const compiled = new WeakMap<object, Map<string, CompiledSchema<unknown>>>()
const keys = new WeakMap<SchemaDialect, string>()

/** Dialects are data: two with the same members are the same. */
function keyOf(dialect: SchemaDialect): string {
  const known = keys.get(dialect)
  if (known !== undefined) return known
  const key = JSON.stringify(dialect)
  keys.set(dialect, key)
  return key
}

function compile(schema: AnySchema, json: JsonObject, dialect: SchemaDialect): CompiledSchema<unknown> {
  const { jsonSchema, plan, isWrapped, changes } = rewrite(json, dialect)
  const counts = checkLimits(jsonSchema, dialect.limits)
  const unwrap = (finished: boolean) => {
    const restore = restorer(jsonSchema, finished)
    return (written: JsonValue) => {
      const restored = restore(plan, written)
      if (!isWrapped) return restored
      return isObject(restored) && Object.hasOwn(restored, 'value') ? restored.value : undefined
    }
  }
  const restoreWhole = unwrap(true)
  return {
    jsonSchema,
    isWrapped,
    changes,
    counts,
    restore: unwrap(false),
    async validate(written) {
      let value: JsonValue | undefined
      try {
        value = restoreWhole(written)
      } catch (cause) {
        // Nested deeper than the stack.
        return { valid: false, problems: [{ path: '', message: 'could not be checked' }], cause }
      }
      if (value === undefined) return { valid: false, problems: [{ path: 'value', message: 'is missing' }] }
      return validate(schema, value)
    },
  }
}

/** The first way that gives a root which services take, and no more unions than the dialect does. */
function rewrite(json: JsonObject, dialect: SchemaDialect) {
  const attempt = (mustWrap: boolean, dropsNulls: boolean) => {
    const changes: SchemaChange[] = []
    const { root, isWrapped } = prepareSchema(json, dialect, changes, mustWrap)
    const { schema, plan } = applyDialect(root, dialect, changes, dropsNulls)
    return { jsonSchema: schema, plan, isWrapped, changes }
  }
  const first = attempt(false, false)
  // A map at the root is written as a list.
  const mustWrap = !isPlainObject(first.jsonSchema)
  const wrapped = mustWrap ? attempt(true, false) : first
  const { unions = Number.POSITIVE_INFINITY } = dialect.limits ?? {}
  return countSchema(wrapped.jsonSchema).counts.unions > unions ? attempt(mustWrap, true) : wrapped
}
