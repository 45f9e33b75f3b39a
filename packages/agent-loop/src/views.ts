import type { AgentEvent, RunResult } from '@x/types'
import { AgentError } from '@x/types'

/**
 * The answer as text: what the last assistant message says.
 * @throws AgentError `incomplete` unless the run is done, so that a cut answer is never taken for a whole one
 */
export function textOf(result: RunResult): string {
  if (result.status !== 'done') throw incomplete(result)
  const last = result.messages.findLast(({ role }) => role === 'assistant')
  return (last?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/**
 * The text alone, as it comes; sub-agents' words are left out. A `model-retry` starts its answer again: a screen that
 * wants to clear what it showed reads the events instead.
 * @throws AgentError `incomplete` at the end unless the run is done
 */
export async function* textStream(events: AsyncIterable<AgentEvent>): AsyncGenerator<string, void, void> {
  for await (const event of events) {
    if (event.type === 'text-delta') yield event.text
    if (event.type === 'run-end' && event.result.status !== 'done') throw incomplete(event.result)
  }
}

const nextStep: Readonly<Record<Exclude<RunResult['status'], 'done'>, string>> = {
  limit: 'Raise maxTurns, or run again to go on.',
  aborted: 'Run again to go on; what was under way is in `partial`.',
  suspended: 'Answer the calls in `pending` with resume().',
  length: 'Raise maxTokens, or run again and ask the model to go on.',
  filtered: 'The service withheld content; ask differently.',
  guardrail: 'A guardrail intervened; the assessment is in the trace of `model-end`.',
}

function incomplete({ status, messages, usage }: RunResult): AgentError {
  const hint = status === 'done' ? '' : nextStep[status]
  return new AgentError('incomplete', `The run ended as "${status}", so there is no whole answer.`, {
    hint,
    partial: { messages, usage },
  })
}
