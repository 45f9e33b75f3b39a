import type { JsonObject } from '@x/types'

export const reasoningEfforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const
export type ReasoningEffort = (typeof reasoningEfforts)[number]

/** How a family is asked to think: members of `additionalModelRequestFields`. */
export interface ReasoningForm {
  /** Missing: only a budget is taken. */
  readonly effort?: {
    readonly levels: readonly ReasoningEffort[]
    readonly toFields: (effort: ReasoningEffort) => JsonObject
  }
  /** In tokens. Missing: only an effort is taken. */
  readonly budget?: (tokens: number) => JsonObject
  /** With a budget a tool choice of `any` or one tool is refused. */
  readonly budgetRefusesForcedTool?: true
}

// The budget must be below `maxTokens`; which budget stands for an effort is our own choice, the documents name none.
export const effortBudgets: Readonly<Record<ReasoningEffort, number>> = {
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
}

const lowToHigh = ['low', 'medium', 'high'] as const
const budget = (tokens: number): JsonObject => ({ thinking: { type: 'enabled', budget_tokens: tokens } })
const toAdaptive = (effort: string): JsonObject => ({ thinking: { type: 'adaptive' }, output_config: { effort } })

/** Sources: AWS's guide to inference reasoning, recorded requests, live checks of pydantic-ai and langchain-aws. */
export const reasoningForms = {
  /** Claude 3.7 to 4.5. */
  claudeBudget: { budget, budgetRefusesForcedTool: true },
  /** Claude 4.6 takes both. */
  claudeBoth: {
    budget,
    budgetRefusesForcedTool: true,
    effort: { levels: ['low', 'medium', 'high', 'max'], toFields: toAdaptive },
  },
  /** Claude Opus 4.7 and all of 5: a budget is answered with 400. */
  claudeAdaptive: { effort: { levels: reasoningEfforts, toFields: toAdaptive } },
  nova2: {
    effort: {
      levels: lowToHigh,
      toFields: (effort) => ({ reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } }),
    },
  },
  /** gpt-oss, which always thinks, and Kimi. */
  flatEffort: { effort: { levels: lowToHigh, toFields: (effort) => ({ reasoning_effort: effort }) } },
  /** GPT-5 and later on Converse refuse the flat form. */
  nestedEffort: { effort: { levels: lowToHigh, toFields: (effort) => ({ reasoning: { effort } }) } },
  qwen: { effort: { levels: ['low', 'high'], toFields: (effort) => ({ reasoning_config: effort }) } },
} as const satisfies Readonly<Record<string, ReasoningForm>>
