import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonObject, JsonValue } from '@x/types'
import { AgentError } from '@x/types'
import { jsonSchema } from './json-schema.js'
import type { InferTypebox, TypeboxSchema } from './typebox.js'

/** A schema of any library that follows Standard Schema (zod 4, valibot, arktype …), of typebox, or plain JSON Schema. */
export type AnySchema = StandardSchemaV1 | TypeboxSchema | JsonObject

/** A Standard Schema that can also say itself as JSON Schema (Standard JSON Schema). */
export interface DescribedSchema<Input = unknown, Output = Input> {
  readonly '~standard': StandardSchemaV1.Props<Input, Output> & StandardJSONSchemaV1.Props<Input, Output>
}

/** The type after validation and transforms; `Plain` for JSON Schema, which carries no type. */
export type InferOutput<Schema extends AnySchema, Plain = JsonValue> = Schema extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<Schema>
  : Schema extends TypeboxSchema
    ? InferTypebox<Schema>
    : Plain

/** The type before transforms and defaults. */
export type InferInput<Schema extends AnySchema, Plain = JsonValue> = Schema extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<Schema>
  : Schema extends TypeboxSchema
    ? InferTypebox<Schema>
    : Plain

const lifted = new WeakMap<object, DescribedSchema>()

/**
 * One kind of schema for the rest of this package: plain JSON Schema is lifted to a Standard Schema, once per object.
 * @throws AgentError `invalid-config` for what is neither.
 */
export function toStandardSchema(schema: AnySchema): StandardSchemaV1 {
  const given: unknown = schema
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null || Array.isArray(given)) {
    throw new AgentError('invalid-config', 'The schema is neither a Standard Schema nor a JSON Schema object.', {
      hint: 'Give a schema of zod 4, valibot, arktype or typebox, or an object such as { type: "object", properties: { … } }.',
    })
  }
  if (isStandardSchema(schema)) return schema
  const known = lifted.get(schema)
  if (known) return known
  const made = jsonSchema(schema as JsonObject)
  lifted.set(schema, made)
  return made
}

/** Whether `value` follows Standard Schema. arktype's schemas are functions. */
function isStandardSchema(value: AnySchema): value is StandardSchemaV1 {
  return '~standard' in value && typeof value['~standard'] === 'object'
}
