import { Agent, textOf } from '@x/agent'

// The default model of Amazon Bedrock, with the credentials and the region of your environment.
const agent = new Agent({ system: 'You are brief.' })

const result = await agent.run('Say hello to Ann.')
console.log(textOf(result))
console.log(`${result.status} after ${result.turns} turn`)

/* prints
Ann
done after 1 turn
*/
