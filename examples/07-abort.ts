import { Agent, textOf } from '@x/agent'

const agent = new Agent()
const controller = new AbortController()

// How a run stops is data: an aborted one gives a result, and what was under way is in `partial`.
for await (const event of agent.stream('Tell me a long story about Ann.', { signal: controller.signal })) {
  if (event.type === 'text-delta') controller.abort()
  if (event.type === 'run-end') {
    console.log(event.result.status, event.result.messages.length, event.result.partial !== undefined)
  }
}

// Leaving the loop aborts too: the connection is released at once.
for await (const event of agent.stream()) if (event.type === 'text-delta') break

// The conversation can go on after either.
console.log(textOf(await agent.run('Just say hello to Ann.')).length > 0)

/* prints
aborted 1 true
true
*/
