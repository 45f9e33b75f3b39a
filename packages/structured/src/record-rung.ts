import type { AnySchema, InferOutput } from '@x/tools/schema'
import { compileSchema } from '@x/tools/schema'
import type { Model, ModelRequest } from '@x/types'
import { isAgentError } from '@x/types'
import { nativeMode } from './native-mode.js'
import { promptedMode } from './prompted-mode.js'
import type { RecordFormat } from './record-format.js'
import { toRefusal } from './refusal.js'
import type { AnswerSpec, Rung } from './rung.js'

/** Bedrock's batch inference answers records with tools in the Converse format with an error. */
export type RecordMode = 'native' | 'prompted'

export interface RecordRungOptions<Schema extends AnySchema> {
  readonly model: Model
  readonly format: RecordFormat
  readonly schema: Schema
  readonly answer: AnswerSpec
  readonly mode?: RecordMode | undefined
}

/**
 * How the records of a batch ask, and how their answers are read. It follows from the options alone, never from what was
 * refused in this process: the answers may be read in another one, days later.
 * @throws AgentError `unsupported` for a schema that cannot be said in this mode
 */
export function recordRung<Schema extends AnySchema>(options: RecordRungOptions<Schema>): Rung<InferOutput<Schema>> {
  const { model, schema, answer, mode } = options
  const { outputSchema, schemas = {} } = model.capabilities?.() ?? {}
  if (mode === 'native' || (mode === undefined && outputSchema)) {
    try {
      return nativeMode(answer, compileSchema(schema, schemas.output ?? 'strict'))
    } catch (error) {
      if (mode || !isAgentError(error, 'unsupported')) throw error
    }
  }
  const rung = promptedMode(answer, compileSchema(schema), { system: true })
  return takesSystem(options, rung) ? rung : promptedMode(answer, compileSchema(schema), { system: false })
}

function takesSystem({ format }: RecordRungOptions<AnySchema>, { ask }: Rung<unknown>): boolean {
  const messages: ModelRequest['messages'] = [{ role: 'user', content: [{ type: 'text', text: 'x' }] }]
  try {
    format.toBody({ messages, ...(ask.system && { system: [ask.system] }) })
    return true
  } catch (error) {
    if (toRefusal(error, 'prompted')?.feature === 'system') return false
    throw error
  }
}
