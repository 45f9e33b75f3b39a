import { Agent, textOf } from '@x/agent'

// Claude Sonnet 4.6, under the inference profile of your region.
const agent = new Agent()
console.log(agent.model.modelId)

const response = await agent.run('Tell me about Amazon Bedrock.')
console.log(response.status, textOf(response).length > 0)

/* prints
us.anthropic.claude-sonnet-4-6
done true
*/
