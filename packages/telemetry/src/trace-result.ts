import type { AssistantMessage, Message, RunResult, ToolCallPart } from '@x/types'
import type { TraceNode } from './trace-node.js'

/**
 * What the messages of a result tell. They are the whole conversation, earlier runs included, so the run begins at the
 * last `turns` answers; that is off where a layer took answers out of the history.
 */
export function traceResult(result: RunResult): TraceNode {
  const { messages, turns, usage, status, partial } = result
  const answers = messages.flatMap(({ role }, index) => (role === 'assistant' ? [index] : []))
  const first = turns > 0 ? (answers.at(-turns) ?? answers[0] ?? messages.length) : messages.length
  const children = messages.slice(first).flatMap((message, index, run) => {
    if (message.role !== 'assistant') return []
    return [toModel(message), ...toTools(message, run.slice(index + 1), result)]
  })
  return {
    kind: 'agent',
    name: '',
    usage,
    end: status,
    children: partial ? [...children, { ...toModel(partial), end: 'aborted' }] : children,
  }
}

function toModel({ model, usage, stopReason }: AssistantMessage): TraceNode {
  return {
    kind: 'model',
    name: model?.modelId ?? '',
    ...(usage && { usage }),
    ...(stopReason && { end: stopReason }),
    children: [],
  }
}

function toTools({ content }: AssistantMessage, later: readonly Message[], { pending }: RunResult): TraceNode[] {
  const calls = content.filter((part) => part.type === 'tool-call')
  return calls.map(({ id, name }) => {
    const result = resultOf(id, later)
    const waits = !result && pending.some(({ callId }) => callId === id)
    return {
      kind: 'tool',
      name,
      ...(waits && { end: 'suspended' }),
      // Messages keep no code.
      ...(result?.isError && { error: 'tool-failed' }),
      children: [],
    }
  })
}

/** In the tool message that follows; some models repeat call ids from turn to turn. */
function resultOf(callId: ToolCallPart['id'], later: readonly Message[]) {
  const answer = later.find(({ role }) => role !== 'user')
  if (answer?.role !== 'tool') return undefined
  return answer.content.filter((part) => part.type === 'tool-result').find(({ id }) => id === callId)
}
