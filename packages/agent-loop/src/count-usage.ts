import type { ModelCall, ModelResult, Step } from '@x/types'
import { addUsage, isAgentError } from '@x/types'
import type { RunMemory } from './run-memory.js'

/** Counts what every model call cost, a layer's own calls and failed ones included. */
export function countUsage(step: Step<ModelCall, ModelResult>, memory: RunMemory): Step<ModelCall, ModelResult> {
  return async function* (call) {
    try {
      const result = yield* step(call)
      memory.usage = addUsage(memory.usage, result.usage)
      return result
    } catch (error) {
      const usage = isAgentError(error) ? error.partial?.usage : undefined
      if (usage) memory.usage = addUsage(memory.usage, usage)
      throw error
    }
  }
}
