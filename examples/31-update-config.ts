import { Agent, bedrock } from '@x/agent'

const model = bedrock('us.amazon.nova-pro-v1:0', { temperature: 0.7 })
const agent = new Agent({ model })
await agent.run('Say hello to Ann.')

// Holds from the next call on; `undefined` takes a member away, and an unknown one is an error.
model.updateConfig({ temperature: 0.3, topP: 0.2 })
await agent.run('And to Bob.')
console.log(JSON.stringify(model.config))

/* prints
{"modelId":"us.amazon.nova-pro-v1:0","temperature":0.3,"topP":0.2}
*/
