import { runAgent, textOf } from '@x/agent-loop'
import type { AgentConfig, Answers, JsonValue, RunInput, RunResult, Tool } from '@x/types'

/** An agent as a tool: its events are shown as a child's, its suspension bubbles up, the answers go down. */
export function agentTool(config: Omit<AgentConfig, 'parent' | 'signal' | 'runId'>): Tool {
  const { name = 'agent' } = config
  return {
    name,
    description: `Asks the agent ${name}.`,
    inputSchema: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
    async *step({ run, key, call, state, answer }) {
      const { prompt } = call.input as { prompt: string }
      const start: RunInput = [{ role: 'user', content: [{ type: 'text', text: prompt }] }]
      const suspended = state as unknown as RunResult | undefined
      const input = suspended ? { ...suspended, answers: (answer ?? {}) as Answers } : start
      const child = runAgent({ ...config, name, parent: run, signal: run.signal, runId: key, env: run.env }, input)
      try {
        for (;;) {
          const { done, value } = await child.next()
          if (!done) {
            yield { type: 'child', callId: call.id, path: [...run.path, name], event: value }
            continue
          }
          const { usage } = value
          if (value.status === 'suspended') {
            return { type: 'suspended', reason: 'child', state: value as unknown as JsonValue, usage }
          }
          const content = [{ type: 'text', text: textOf(value) } as const]
          return { type: 'result', result: { type: 'tool-result', id: call.id, content }, usage }
        }
      } finally {
        await child.return(undefined as never)
      }
    },
  }
}
