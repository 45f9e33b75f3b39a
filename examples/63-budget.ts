import { Agent, isAgentError } from '@x/agent'
import { agentTool } from '@x/agent-loop/agent-tool'
import { budget } from '@x/agent-loop/budget'
import { scriptedModel } from '@x/types/testing'

const call = (id: string, name: string) => ({ type: 'tool-call', id, name, input: { prompt: 'Think.' } }) as const
const usage = { inputTokens: 900, outputTokens: 100, totalTokens: 1000 }
// Both never have enough.
const thinker = scriptedModel(() => ({ content: [{ type: 'text', text: 'Hm.' }], usage }), { modelId: 'large' })
const boss = scriptedModel((_request, turn) => ({ content: [call(`c${turn}`, 'thinker')], usage }), {
  modelId: 'small',
})

// One budget for the whole tree of agents. What a call may take is reserved before it is made.
const limits = budget({
  cost: 0.05,
  tokens: 1_000_000,
  wallMs: 60_000,
  prices: { small: { input: 1, output: 5 }, large: { input: 10, output: 50 } },
})
const agent = new Agent({
  model: boss,
  tools: [agentTool({ name: 'thinker', description: 'Thinks.', model: thinker, config: { maxTokens: 100 } })],
  use: [limits],
  config: { maxTokens: 100 },
})
try {
  await agent.run('Find out everything.')
} catch (error) {
  if (isAgentError(error, 'budget')) console.log(error.message)
}
// Nothing is lost: the conversation can go on with a larger budget.
console.log(agent.usage.totalTokens, agent.messages.at(-1)?.role)

/* prints
The budget of 0.05 cost does not allow more: 0.0
tool
*/
