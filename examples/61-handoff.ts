import { Agent, textOf } from '@x/agent'
import { handoff } from '@x/agent-loop/handoff'
import { scriptedModel } from '@x/types/testing'

// Two agents, one conversation: each sees what was said, and speaks with its own system prompt, tools and model.
const front = scriptedModel([[{ type: 'tool-call', id: '1', name: 'hand_over_to_billing', input: {} }]])
const billing = scriptedModel(['Your last invoice was 20 euros.', 'It was paid in May.'])
const desk = handoff([
  { name: 'front', description: 'Greets and finds out what it is about.', model: front },
  { name: 'billing', description: 'Knows invoices.', system: 'You know invoices.', model: billing },
])

const agent = new Agent({ model: front, use: [desk] })
console.log(textOf(await agent.run('How much was my last invoice?')))
// Who is at work is read from the conversation, so it may be stored and gone on with anywhere.
const saved = JSON.parse(JSON.stringify(agent))
console.log(textOf(await new Agent({ model: front, use: [desk], ...saved }).run('And was it paid?')))
console.log(front.calls.length, billing.calls.length)

/* prints
Your last invoice was 20 euros.
It was paid in May.
1 2
*/
