import { Agent, bedrock } from '@x/agent'

// An id is enough; a model of one's own has settings.
const byId = new Agent({ model: 'us.amazon.nova-pro-v1:0' })
console.log(byId.model.modelId)

const model = bedrock('us.amazon.nova-premier-v1:0', { temperature: 0.3, topP: 0.8, stopSequences: ['###'] })
const agent = new Agent({ model })

// From the next call on, for everybody who holds this model.
model.updateConfig({ temperature: 0.1, topP: undefined })
console.log(JSON.stringify(model.config))

// For one run only.
await agent.run('Be exact.', { config: { temperature: 0 } })

// A model of its own.
const creative = model.with({ temperature: 1 })
console.log(creative.config.temperature, model.config.temperature)

// What does not exist is an error, before anything is sent.
try {
  model.updateConfig({ temprature: 0.5 } as object)
} catch (error) {
  console.log((error as Error).message)
}

/* prints
us.amazon.nova-pro-v1:0
{"modelId":"us.amazon.nova-premier-v1:0","temperature":0.1,"stopSequences":["###"]}
1 0.1
A aws.bedrock model has no config member "temprature".
*/
