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
    const result = await standard.validate(value)
    if (result.issues) return { valid: false, problems: toProblems(standard.vendor, result.issues, value) }
    return { valid: true, value: result.value as InferOutput<Schema> }
  } catch (cause) {
    // A transform of the user's, or a value nested deeper than the stack.
    return { valid: false, problems: [{ path: '', message: 'could not be checked' }], cause }
  }
}
