import { Agent, bedrock } from '@x/agent'

const bedrockModel = bedrock('us.amazon.nova-pro-v1:0', { temperature: 0.3, topP: 0.8 })
const agent = new Agent({ model: bedrockModel })

const response = await agent.run('Tell me about Amazon Bedrock.')
console.log(response.status, bedrockModel.config.temperature, bedrockModel.config.topP)

/* prints
done 0.3 0.8
*/
