import type { JsonObject, SchemaDialect } from '@x/types'
import { AgentError } from '@x/types'
import type { Plan } from './restore.js'
import type { Subschema } from './subschemas.js'

/** A place where the schema that is sent says less than, or other than, the one that was given. */
export interface SchemaChange {
  /** JSON pointer into the converted schema. */
  readonly path: string
  readonly change: string
}

/** A rewritten subschema, and how values written for it are read back. */
export interface Rewritten {
  readonly schema: JsonObject
  readonly plan: Plan
}

/** What the rewriting of one kind of schema needs of the others. */
export interface Rewriter {
  readonly dialect: SchemaDialect
  /** Members that may be left out cannot also be null: it lowers the number of unions. */
  readonly dropsNulls: boolean
  takes(keyword: string): boolean
  rewrite(schema: Subschema, path: string): Rewritten
  resolve(ref: string): Subschema | undefined
  note(path: string, change: string): void
}

export function unsayable(path: string, what: string): AgentError {
  return new AgentError('unsupported', `The schema cannot be said to this service: it has ${what} at ${path}.`, {
    hint: 'Say it with named members, lists and fixed values, or ask for it without holding the model to it (no `strict`).',
  })
}
