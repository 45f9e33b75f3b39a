import { Agent } from '@x/agent'

// Any model, inference profile or ARN of Amazon Bedrock, by its id.
const agent = new Agent({ model: 'us.anthropic.claude-sonnet-4-6' })

const { status, messages } = await agent.run('Tell me about Amazon Bedrock.')
const answer = messages.at(-1)
console.log(status, answer?.role === 'assistant' && answer.model?.modelId)

/* prints
done us.anthropic.claude-sonnet-4-6
*/
