import type { AnySchema, InferOutput } from '@x/tools/schema'
import { AgentError } from '@x/types'
import type { AnswerCheck } from './check-answer.js'
import type { ExtractMode, ExtractModeName } from './extract-mode.js'
import { toExtractMode } from './extract-mode.js'
import type { ExtractAttempt } from './extraction.js'
import type { AnswerSpec } from './rung.js'

/** What an answer must be and how it is asked for. */
export interface AnswerOptions<Schema extends AnySchema> {
  /** What the answer must be: any Standard Schema or plain JSON Schema, with any root. */
  readonly schema: Schema
  /** What the answer is called towards the model. 1 to 64 characters of `[a-zA-Z0-9_-]`. Default `answer`. */
  readonly name?: string
  readonly description?: string
  /** Asks in this way alone. Default: the best that the model takes, and the next best when the service refuses it. */
  readonly mode?: ExtractModeName
  /** How often a wrong or missing answer is asked for again. Default 2; 0 for never. */
  readonly maxRetries?: number
  /** Puts nearly right answers right before asking again. Default true. */
  readonly repair?: boolean
  /** What the schema cannot say: gives what is wrong, for the model to read, or nothing. What it throws ends the extraction. */
  readonly validate?: AnswerCheck<InferOutput<Schema>>
  /** Told each answer as it was checked; what it throws becomes a `warning` event. */
  readonly onAttempt?: (attempt: ExtractAttempt) => void
}

export interface CheckedAnswerOptions<Schema extends AnySchema> {
  readonly schema: Schema
  readonly answer: AnswerSpec
  readonly mode: ExtractMode | undefined
  readonly maxRetries: number
  readonly repair: boolean
  readonly validate: AnswerCheck<InferOutput<Schema>> | undefined
  readonly onAttempt: ((attempt: ExtractAttempt) => void) | undefined
}

/** @throws AgentError `invalid-config` */
export function checkAnswerOptions<Schema extends AnySchema>(
  options: AnswerOptions<Schema>,
): CheckedAnswerOptions<Schema> {
  const { schema, name = 'answer', description = 'Takes the answer.', mode, maxRetries = 2, repair = true } = options
  const { validate, onAttempt } = options
  if (Object(schema) !== schema) {
    throw new AgentError('invalid-config', 'An answer needs a schema.', {
      hint: 'Give one of zod, valibot or arktype, or JSON Schema.',
    })
  }
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new AgentError('invalid-config', `An answer cannot be named ${JSON.stringify(name)}.`, {
      hint: 'Names are 1 to 64 letters, digits, "_" and "-".',
    })
  }
  if (!Number.isInteger(maxRetries) || maxRetries < 0) {
    throw new AgentError('invalid-config', `maxRetries is ${maxRetries}.`, { hint: 'It is a whole number from 0.' })
  }
  const answer = { name, description }
  return { schema, answer, mode: mode && toExtractMode(mode), maxRetries, repair, validate, onAttempt }
}
