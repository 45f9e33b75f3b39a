import { Agent, defineTool, textOf } from '@x/agent'
import { agentTool } from '@x/agent-loop/agent-tool'
import { z } from 'zod'

const weather = defineTool({
  name: 'get_weather',
  description: 'Tells the weather in a city.',
  input: z.object({ city: z.string() }),
  execute: ({ city }) => `It rains in ${city}.`,
})

// The agent that is asked has tools and a system prompt of its own; without a model of its own it takes the caller's.
const forecaster = agentTool({
  name: 'forecaster',
  description: 'Knows the weather everywhere.',
  system: 'You are a weather forecaster.',
  tools: [weather],
})

const agent = new Agent({ name: 'concierge', tools: [forecaster] })
for await (const event of agent.stream('Ask the forecaster: what is the weather in the city of Oslo?')) {
  // What it does is shown as its own, so that nobody takes its words for the answer.
  if (event.type === 'child' && event.event.type === 'tool-start') {
    console.log(event.path.join(' > '), 'calls', event.event.name)
  }
  if (event.type === 'run-end') console.log(event.result.status, textOf(event.result).includes('rains'))
}

/* prints
concierge > forecaster calls get_weather
done true
*/
