import type { StopCondition } from '@x/types'

/** Ends the run as `limit` after `count` turns. */
export function maxTurns(count: number): StopCondition {
  return ({ turns }) => turns >= count && 'limit'
}

/** Ends the run as `done` once the tool has been called in the last turn. Its result is in the messages. */
export function calledTool(name: string): StopCondition {
  return ({ messages }) => {
    const last = messages.findLast(({ role }) => role === 'assistant')
    return last?.content.some((part) => part.type === 'tool-call' && part.name === name) && 'done'
  }
}

/** The first condition that wants to stop decides how. */
export function anyStop(...conditions: readonly StopCondition[]): StopCondition {
  return (progress) => {
    for (const condition of conditions) {
      const stop = condition(progress)
      if (stop) return stop
    }
    return false
  }
}
