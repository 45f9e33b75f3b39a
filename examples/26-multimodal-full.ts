import { Agent, textOf } from '@x/agent'

const agent = new Agent({ model: 'us.anthropic.claude-sonnet-4-6' })

// A document and a question about it in one turn. Bytes travel as base64, so that a conversation is plain JSON.
const story = Buffer.from('Once upon a time Ann met a fox.').toString('base64')
const response = await agent.run([
  {
    role: 'user',
    content: [
      { type: 'document', name: 'example', format: 'txt', source: { type: 'base64', base64: story } },
      { type: 'text', text: 'Tell me about the document.' },
    ],
  },
])
console.log(response.status, textOf(response).length > 0)

/* prints
done true
*/
