import { trace } from '@opentelemetry/api'
import type { AgentEvent, ModelResult, ToolCall, ToolOutcome } from '@x/types'
import { noUsage } from '@x/types'
import { textResult } from './mini-loop.js'

export type ModelSteps = AsyncGenerator<AgentEvent, ModelResult, void>
export type ToolSteps = AsyncGenerator<AgentEvent, ToolOutcome, void>

/** A tool that makes a span of its own before it reports progress, and one when it is pulled again after a wait. */
export function ownSpans() {
  return async function* ({ call }: ToolCall): ToolSteps {
    const tracer = trace.getTracer('tool')
    tracer.startSpan(`${call.name} ${call.id} before`).end()
    yield { type: 'tool-progress', callId: call.id, progress: 1 }
    await new Promise((resolve) => setImmediate(resolve))
    yield { type: 'tool-progress', callId: call.id, progress: 2 }
    tracer.startSpan(`${call.name} ${call.id} after`).end()
    return textResult(call.id, 'seen')
  }
}

export const quiet = toolStep(({ call }) => textResult(call.id, 'seen'))

export function toolStep(work: (call: ToolCall) => ToolOutcome) {
  return async function* (call: ToolCall): ToolSteps {
    yield { type: 'tool-progress', callId: call.call.id, progress: 1 }
    return work(call)
  }
}

export function resultOf(result: Partial<ModelResult>, modelId = 'scripted-1'): ModelResult {
  return {
    message: { role: 'assistant', content: [], model: { provider: 'scripted', modelId } },
    stopReason: 'end',
    providerStopReason: 'end_turn',
    usage: noUsage,
    ...result,
  }
}

export async function* answering(result: ModelResult): ModelSteps {
  yield { type: 'text-delta', text: 'a' }
  return result
}

export async function* failing(error: unknown): ModelSteps {
  yield { type: 'text-delta', text: 'a' }
  throw error
}

export async function drain<Result>(steps: AsyncGenerator<AgentEvent, Result, void>) {
  const events: AgentEvent[] = []
  let step = await steps.next()
  for (; !step.done; step = await steps.next()) events.push(step.value)
  return { events, result: step.value }
}
