import { Agent, bedrock, textOf } from '@x/agent'

// In the model's own words ...
const raw = bedrock('us.anthropic.claude-sonnet-4-6', {
  additionalRequestFields: { thinking: { type: 'enabled', budget_tokens: 4096 } },
})
// ... or in general ones: each family is asked in its own way, and one that cannot be asked is an error.
const models = [
  raw,
  bedrock('us.anthropic.claude-sonnet-4-6', { reasoning: { budgetTokens: 4096 } }),
  bedrock('us.amazon.nova-2-lite-v1:0', { reasoning: { effort: 'medium' } }),
]

const question = 'If a train travels at 120 km/h and needs to cover 450 km, how long will the journey take?'
for (const model of models) {
  const response = await new Agent({ model }).run(question)
  console.log(response.status, textOf(response).length > 0)
}

try {
  await new Agent({ model: bedrock('us.meta.llama3-3-70b-instruct-v1:0', { reasoning: { effort: 'low' } }) }).run('Hi')
} catch (error) {
  console.log((error as Error).message)
}

/* prints
done true
done true
done true
us.meta.llama3-3-70b-instruct-v1:0 does not reason. Take the reasoning option away.
*/
