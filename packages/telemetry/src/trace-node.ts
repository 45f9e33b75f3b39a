import type { Usage } from '@x/types'

/**
 * A step of a run and what happened inside it, as plain JSON. It holds names, times, token counts and codes, and no
 * word of what was said.
 */
export interface TraceNode {
  /** `retry`: the wait before a further attempt of the model call that it stands under. `span`: a span of your own. */
  readonly kind: 'agent' | 'model' | 'tool' | 'retry' | 'span'
  /** Of the agent, the model, the tool or the span; of a retry the attempt that follows, counted from 2. */
  readonly name: string
  /** From the start of the tree. Missing when the source knows no times. */
  readonly startMs?: number
  /** Missing when the source knows no times, and while the step is under way. */
  readonly durationMs?: number
  /** From the start of a model call to the first piece of its answer. */
  readonly firstChunkMs?: number
  /** Failed attempts included, except for a model call that is known from events or messages: of its answer alone. */
  readonly usage?: Usage
  /** The service tier that answered. */
  readonly serviceTier?: string
  /** In the currency of the price table that was given when the run was watched. */
  readonly cost?: number
  /** How it ended: a run's status, a model's stop reason (the provider's own word in spans), a retry's error code. */
  readonly end?: string
  /** The code of what it failed with. */
  readonly error?: string
  readonly children: readonly TraceNode[]
}
