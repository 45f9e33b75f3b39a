import type { AgentError, AgentEvent, JsonValue, Message, RunResult, TextPart, Tool, ToolCallPart } from '@x/types'
import { isAgentError } from '@x/types'

export function user(text: string): readonly Message[] {
  return [{ role: 'user', content: [say(text)] }]
}

export function say(text: string): TextPart {
  return { type: 'text', text }
}

export function callPart(id: string, name: string, input: JsonValue): ToolCallPart {
  return { type: 'tool-call', id, name, input }
}

export function toolNamed(name: string, execute: NonNullable<Tool['execute']>): Tool {
  return { name, inputSchema: { type: 'object' }, execute }
}

export const addTool = toolNamed('add', (input) => {
  const { a, b } = input as { a: number; b: number }
  return String(a + b)
})

export async function collect(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const collected: AgentEvent[] = []
  for await (const event of events) collected.push(event)
  return collected
}

export async function finish(events: AsyncIterable<AgentEvent>): Promise<RunResult> {
  const last = (await collect(events)).at(-1)
  if (last?.type !== 'run-end') throw new Error(`the last event is ${last?.type}`)
  return last.result
}

export async function failure(events: AsyncIterable<AgentEvent>): Promise<AgentError> {
  try {
    await collect(events)
  } catch (error) {
    if (isAgentError(error)) return error
    throw error
  }
  throw new Error('the run did not fail')
}
