import { answerChecks } from './check-answers.js'
import { capabilityChecks } from './check-capabilities.js'
import { configChecks } from './check-config.js'
import { conversationChecks } from './check-conversations.js'
import { failureChecks } from './check-failures.js'
import { leavingChecks } from './check-leaving.js'
import { loadChecks } from './check-load.js'
import { toolChecks } from './check-tools.js'
import type { ModelCheck } from './model-check.js'

/** In the order of the report. */
export const allChecks: readonly ModelCheck[] = [
  ...configChecks,
  ...answerChecks,
  ...toolChecks,
  ...conversationChecks,
  ...capabilityChecks,
  ...leavingChecks,
  ...failureChecks,
  ...loadChecks,
]
