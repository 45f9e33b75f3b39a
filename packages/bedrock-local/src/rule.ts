import type { Quirks } from './quirks.js'
import type { ModelId } from './read-model-id.js'
import type { Refusal } from './refusal.js'
import type { ConverseBody } from './wire.js'

/** What the answer of a rule depends on beside the request. */
export interface RuleContext {
  /** Where the endpoint stands. Default `us-east-1`. */
  readonly region?: string
  /** What models are alive is judged by. Default: none is too old. */
  readonly now?: Date
  /** Whether the account has used its models of late, which opens those marked as Legacy. Default true. */
  readonly usesLegacyModels?: boolean
}

/** A request whose body has the service's shape, and what is known of its model. */
export interface CheckedRequest {
  readonly operation: 'Converse' | 'ConverseStream' | 'CountTokens'
  readonly modelId: string
  readonly model: ModelId
  readonly quirks: Quirks
  readonly body: ConverseBody
  readonly region: string
  readonly now?: Date
  readonly usesLegacyModels: boolean
}

/** One thing that the service checks: why it refuses the request, or `undefined`. */
export type Rule = (request: CheckedRequest) => Refusal | undefined
