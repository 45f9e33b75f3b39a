import { Agent } from '@x/agent-loop'
import type { AgentEvent, JsonValue, Middleware, RunResult, Tool, ToolResultPart } from '@x/types'
import { layerOrder } from '@x/types'
import { scriptedModel } from '@x/types/testing'

/** Says yes to every call that needs it. */
export const approveAll: Middleware = {
  name: 'approve-all',
  order: layerOrder.approval,
  tool: (call, next) => next({ ...call, approved: true }),
}

export interface Driven {
  readonly result: RunResult
  readonly events: readonly AgentEvent[]
  readonly results: readonly ToolResultPart[]
}

/** An agent whose model calls one tool after the other, then says "done". */
export function scriptedAgent(
  tools: readonly Tool[],
  calls: readonly (readonly [name: string, input?: JsonValue])[],
  use: readonly Middleware[] = [approveAll],
): Agent {
  const turns = calls.map(([name, input = {}], index) => [{ type: 'tool-call', id: `c${index}`, name, input } as const])
  return new Agent({ model: scriptedModel([...turns, 'done']), tools, use })
}

export async function drive(
  agent: Agent,
  options: { readonly signal?: AbortSignal; readonly onEvent?: (event: AgentEvent) => void } = {},
): Promise<Driven> {
  const events: AgentEvent[] = []
  for await (const event of agent.stream('Go.', options.signal ? { signal: options.signal } : {})) {
    events.push(event)
    options.onEvent?.(event)
  }
  const last = events.at(-1)
  if (last?.type !== 'run-end') throw new Error('The run did not end.')
  return { result: last.result, events, results: resultsOf(last.result) }
}

function resultsOf({ messages }: Pick<RunResult, 'messages'>): ToolResultPart[] {
  return messages.flatMap(({ content }) => [...content]).filter((part) => part.type === 'tool-result')
}

export function named(tools: readonly Tool[], name: string): Tool {
  const tool = tools.find((candidate) => candidate.name === name)
  if (!tool) throw new Error(`There is no ${name}, but ${tools.map((each) => each.name).join(', ')}.`)
  return tool
}
