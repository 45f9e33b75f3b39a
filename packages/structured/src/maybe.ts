import type { AnySchema, DescribedSchema, InferInput, InferOutput } from '@x/tools/schema'
import type { JsonObject } from '@x/types'
import { composeSchema } from './composed-schema.js'

/** What was asked for, or why it is not there. */
export type Maybe<Output> =
  | { readonly result: Output; readonly error: false; readonly message: null }
  | { readonly result: null; readonly error: true; readonly message: string }

/** What the model writes. */
interface MaybeInput<Input> {
  readonly result?: Input | null
  readonly error: boolean
  readonly message?: string | null
}

const nothing: JsonObject = { type: 'null' }

/**
 * Lets the model say that what is asked for is not there, in place of inventing it. `result` is checked by the schema; an
 * error without a message, or neither of the two, is a wrong answer.
 */
export function maybe<Schema extends AnySchema>(
  schema: Schema,
): DescribedSchema<MaybeInput<InferInput<Schema>>, Maybe<InferOutput<Schema>>> {
  return composeSchema(schema, {
    place: '/properties/result/anyOf/0',
    around: (inner) => ({
      type: 'object',
      properties: {
        result: { anyOf: [inner, nothing], description: 'What was asked for, or null if it is not there.' },
        error: { type: 'boolean', description: 'True if what was asked for is not there.' },
        message: { type: ['string', 'null'], description: 'Why it is not there, or null.' },
      },
      required: ['error'],
    }),
    async validate(value, check) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return issue('must be an object')
      const { result = null, error, message = null } = value as Partial<MaybeInput<unknown>>
      if (typeof error !== 'boolean') return issue('must be true or false', 'error')
      if (!error) {
        if (result === null) return issue('must be what was asked for when error is false', 'result')
        const checked = await check(result, 'result')
        return checked.issues ? checked : { value: { result: checked.value, error, message: null } }
      }
      if (typeof message !== 'string' || message.trim() === '') {
        return issue('must say why what was asked for is not there', 'message')
      }
      return { value: { result: null, error, message } }
    },
    isInner: (key) => key === 'result',
  })
}

function issue(message: string, ...path: PropertyKey[]) {
  return { issues: [{ message, path }] }
}
