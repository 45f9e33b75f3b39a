import type { AgentError, Usage } from '@x/types'
import type { ExtractMode } from './extract-mode.js'
import type { Repair } from './repair-value.js'

/** What became of one input: `output`, or `error` in its place. */
export type BatchResult<Output> = BatchSuccess<Output> | BatchFailure

interface BatchItem {
  /** Of the input, from 0. */
  readonly index: number
  /** How many answers the model gave. */
  readonly attempts: number
  /** Of all attempts together. */
  readonly usage: Usage
  readonly repairs: readonly Repair[]
}

export interface BatchSuccess<Output> extends BatchItem {
  readonly output: Output
  readonly error?: undefined
  readonly mode: ExtractMode
  /** It stood in the result log, and nobody was asked; `usage` is what it had cost. */
  readonly isResumed: boolean
}

export interface BatchFailure extends BatchItem {
  readonly output?: undefined
  /** `failureOf(error)` tells of each attempt. */
  readonly error: AgentError
}

export interface BatchProgress {
  /** Inputs with a result, failed and resumed ones included. */
  readonly done: number
  readonly failed: number
  readonly resumed: number
  /** Inputs that are being asked about now. */
  readonly running: number
  /** Of this run of the batch alone: resumed results cost nothing. */
  readonly usage: Usage
}
