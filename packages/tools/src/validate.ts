import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { AnySchema, InferOutput } from './any-schema.js'
import { toStandardSchema } from './any-schema.js'
import type { Problem } from './problems.js'
import { toProblems } from './problems.js'

export type Validation<Output> =
  | { readonly valid: true; readonly value: Output }
  | { readonly valid: false; readonly problems: readonly Problem[]; readonly cause?: unknown }

/** Validates and transforms `value`, async checks included. A schema that throws counts as not fitting. */
export async function validate<Schema extends AnySchema>(
  schema: Schema,
  value: unknown,
): Promise<Validation<InferOutput<Schema>>> {
  const standard = toStandardSchema(schema)['~standard']
  try {
    const result = await (zodValidation(schema, value) ?? standard.validate(value))
    if (result.issues) return { valid: false, problems: toProblems(standard.vendor, result.issues, value) }
    return { valid: true, value: result.value as InferOutput<Schema> }
  } catch (cause) {
    // A transform of the user's, or a value nested deeper than the stack.
    return { valid: false, problems: [{ path: '', message: 'could not be checked' }], cause }
  }
}

interface ZodSchema {
  safeParseAsync(value: unknown): Promise<{ data: unknown; error?: { issues: readonly StandardSchemaV1.Issue[] } }>
}

/**
 * What zod itself does behind Standard Schema is to try without waiting first and then again with it: an async check runs
 * twice, and when it rejects, nobody hears the first time, which ends a Node process.
 */
async function awaited(schema: ZodSchema, value: unknown): Promise<StandardSchemaV1.Result<unknown>> {
  const { data, error } = await schema.safeParseAsync(value)
  return error ? { issues: error.issues } : { value: data }
}

function zodValidation(schema: AnySchema, value: unknown): Promise<StandardSchemaV1.Result<unknown>> | undefined {
  const { safeParseAsync } = schema as Partial<ZodSchema>
  return typeof safeParseAsync === 'function' ? awaited(schema as unknown as ZodSchema, value) : undefined
}
