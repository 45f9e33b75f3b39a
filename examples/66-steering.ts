import { Agent, defineTool, textOf } from '@x/agent'
import { steering } from '@x/agent-loop/steering'
import { scriptedModel } from '@x/types/testing'

// A person talks to the agent while it works.
const desk = steering()
const dig = defineTool({
  name: 'dig',
  description: 'Digs for a long time.',
  execute: (_input, { signal }) => new Promise<string>((_resolve, reject) => signal.addEventListener('abort', reject)),
})
const model = scriptedModel(({ messages }) => {
  const last = messages.at(-1)?.content[0]
  if (messages.length === 1) return [{ type: 'tool-call', id: '1', name: 'dig', input: {} }]
  return last?.type === 'text' ? `You said: ${last.text}` : 'I was told to stop.'
})

const agent = new Agent({ model, tools: [dig], use: [desk] })
for await (const event of agent.stream('Dig a hole.')) {
  if (event.type === 'tool-start') {
    desk.steer('Plant a tree instead.')
    desk.followUp('Thanks. And water it.')
    console.log('cancelled:', desk.cancelTool(event.callId, 'Wrong garden.'))
  }
  if (event.type === 'message' && event.message.role === 'assistant') {
    const [part] = event.message.content
    if (part?.type === 'text') console.log(part.text)
  }
  if (event.type === 'run-end') console.log(event.result.turns, textOf(event.result))
}

/* prints
cancelled: true
You said: Plant a tree instead.
You said: Thanks. And water it.
3 You said: Thanks. And water it.
*/
