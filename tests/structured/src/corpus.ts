import type { AnySchema } from '@x/tools/schema'
import type { JsonValue } from '@x/types'

/** A schema as somebody would write it, and a value that fits it, as the model writes it and before transforms. */
export type CorpusCase = readonly [name: string, schema: AnySchema, sample: JsonValue]
