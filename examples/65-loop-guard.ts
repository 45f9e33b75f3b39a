import { Agent, defineTool } from '@x/agent'
import { loopGuard } from '@x/agent-loop/loop-guard'
import { toolLimits } from '@x/agent-loop/tool-limits'
import { scriptedModel } from '@x/types/testing'
import { z } from 'zod'

const search = defineTool({
  name: 'search',
  description: 'Looks for something.',
  input: z.object({ query: z.string() }),
  execute: () => 'Nothing found.',
})

// A model that asks the same thing for ever. Without a guard this goes on for 20 turns.
const model = scriptedModel((_request, turn) => [
  { type: 'tool-call', id: `c${turn}`, name: 'search', input: { query: 'the grail' } },
])
// Three times the same call with the same result, then it is refused, and told why; then the run ends.
const use = [loopGuard({ repeats: 3, refusals: 2 }), toolLimits({ concurrency: 4, timeoutMs: 10_000 })]
const agent = new Agent({ model, tools: [search], use })
for await (const event of agent.stream('Find the grail.')) {
  if (event.type === 'tool-end' && 'errorCode' in event.outcome) console.log('refused:', event.outcome.errorCode)
  if (event.type === 'run-end') console.log(event.result.status, 'after', event.result.turns, 'turns')
}

/* prints
refused: loop
refused: loop
limit after 5 turns
*/
