import { Agent, textStream } from '@x/agent'

const agent = new Agent()

// The text alone, as it comes. It throws at the end if the answer was cut.
for await (const text of textStream(agent.stream('Say hello to Ann.'))) process.stdout.write(text)
console.log()

// Everything that happens: each event is plain data, and the last one carries the result.
const seen: string[] = []
for await (const event of agent.stream('And to Bob.')) {
  if (seen.at(-1) !== event.type) seen.push(event.type)
}
console.log(seen.join(' '))

/* prints
Ann
run-start turn-start model-start text-delta part-end model-end message run-end
*/
