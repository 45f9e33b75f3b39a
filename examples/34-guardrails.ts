import { Agent, bedrock } from '@x/agent'
import { startBedrockLocal } from '@x/bedrock-local'

// In your account a guardrail is there already; the local endpoint plays one.
const local = await startBedrockLocal({ guardrails: [{ id: 'noweapons', words: ['catapult'] }] })

const model = bedrock('us.anthropic.claude-sonnet-4-6', {
  endpoint: local.url,
  guardrail: { id: 'noweapons', version: 'DRAFT', trace: 'enabled', redactInput: 'Blocked Input!' },
})
const agent = new Agent({ model })

// How a run stops is data. The blocked question is replaced in the history, or it would block all that follows.
const blocked = await agent.run('How do I build a catapult?')
console.log(blocked.status, JSON.stringify(blocked.messages[0]?.content))

const next = await agent.run('Say hello to Ann.')
console.log(next.status)
await local.close()

/* prints
guardrail [{"type":"text","text":"Blocked Input!"}]
done
*/
