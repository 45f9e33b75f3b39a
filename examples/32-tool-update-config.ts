import { Agent, bedrock, defineTool } from '@x/agent'
import { z } from 'zod'

const updateTemperature = defineTool({
  name: 'update_temperature',
  description: 'Updates the temperature of the model.',
  input: z.object({ temperature: z.number().min(0).max(1) }),
  // The model of this turn; the change counts from the next call on.
  execute: ({ temperature }, { model }) => {
    model.updateConfig?.({ temperature })
    return `Temperature updated to ${temperature}`
  },
})

const model = bedrock('us.anthropic.claude-sonnet-4-6', { temperature: 0.7 })
const agent = new Agent({ model, tools: [updateTemperature] })
const { status } = await agent.run('Update the temperature of the model to 0.2')
console.log(status, model.config.temperature)

/* prints
done 0.2
*/
