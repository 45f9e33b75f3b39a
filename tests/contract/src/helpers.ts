import type { AgentEvent, JsonValue, Message, RunResult, Tool, ToolCallPart } from '@x/types'

export function user(text: string): readonly Message[] {
  return [{ role: 'user', content: [{ type: 'text', text }] }]
}

export function callPart(id: string, name: string, input: JsonValue = {}): ToolCallPart {
  return { type: 'tool-call', id, name, input }
}

export function toolNamed(name: string, execute: NonNullable<Tool['execute']>, rest: Partial<Tool> = {}): Tool {
  return { name, inputSchema: { type: 'object' }, execute, ...rest }
}

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

export function throughJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value
}

/** Stops a run where a crash would: at the first event that `at` picks; the generator is dropped, not returned. */
export async function crash(events: AsyncGenerator<AgentEvent>, at: (event: AgentEvent) => boolean): Promise<void> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) throw new Error('the run ended before the crash')
    if (at(value)) return
  }
}

/** A promise to wait on and the function that lets go. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}
