import type { Problem } from '@x/tools/schema'
import type { AssistantMessage, JsonValue, RunResult, StopReason, Usage } from '@x/types'
import type { ExtractMode } from './extract-mode.js'
import type { StepDown } from './ladder.js'
import type { Repair } from './repair-value.js'

/** A checked answer. */
export interface Extraction<Output> {
  readonly output: Output
  /** The answer before transforms, repaired and in the shape of the schema: what to store, and to check again later. */
  readonly json: JsonValue
  /** How the answer was asked for. */
  readonly mode: ExtractMode
  /** Better modes that were not used, and why. */
  readonly stepsDown: readonly StepDown[]
  /** Every answer, in order; the last one gave the output. */
  readonly attempts: readonly ExtractAttempt[]
  /** Of all attempts together, refused and failed calls included. */
  readonly usage: Usage
  /** The answer that held the output. */
  readonly message: AssistantMessage
  /** What was put right in the answer without asking again. */
  readonly repairs: readonly Repair[]
}

export interface ExtractAttempt {
  readonly mode: ExtractMode
  readonly message: AssistantMessage
  readonly stopReason: StopReason
  readonly usage: Usage
  /** From the request to the end of the answer. */
  readonly durationMs: number
  /** What was wrong, as the model was told; missing when the answer was right. */
  readonly problem?: string
  /** The failing paths, where the answer was JSON. */
  readonly problems?: readonly Problem[]
  /** Tried on the answer, whether they made it right or not. */
  readonly repairs: readonly Repair[]
}

/** What was tried until an extraction failed: see `failureOf`. */
export interface ExtractFailure {
  /** How was asked last; missing when nothing was. */
  readonly mode?: ExtractMode
  readonly stepsDown: readonly StepDown[]
  readonly attempts: readonly ExtractAttempt[]
  /** Of all of it, refused and failed calls included. */
  readonly usage: Usage
  /** The value as it was last shown in a stream; never checked. */
  readonly partial?: unknown
  /** Of the agent's run, when `runStructured` failed: the conversation can go on from it. */
  readonly result?: RunResult
}
