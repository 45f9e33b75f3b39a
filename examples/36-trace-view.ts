import { Agent, defineTool } from '@x/agent'
import { formatTrace, traceOf } from '@x/telemetry/trace'
import { scriptedModel } from '@x/types/testing'

// Without AWS and without OpenTelemetry: a scripted model, and a clock that moves by 25 ms at each event.
const call = (id: string, city: string) => ({ type: 'tool-call', id, name: 'temperature', input: { city } }) as const
const usage = { inputTokens: 1000, outputTokens: 50, totalTokens: 1050 }
const model = scriptedModel([
  { content: [call('1', 'Oslo'), call('2', 'Atlantis')], usage },
  { content: [{ type: 'text', text: 'Oslo has 2 degrees; nobody knows about Atlantis.' }], usage, stopReason: 'end' },
])

const temperature = defineTool({
  name: 'temperature',
  description: 'Tells how warm it is.',
  input: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const,
  execute({ city }) {
    if (city !== 'Oslo') throw new Error(`No station in ${city}.`)
    return 2
  },
})

let ms = 0
const agent = new Agent({ name: 'meteorologist', model, tools: [temperature] })
const trace = traceOf(agent.stream('How warm is it?'), { now: () => (ms += 25) })
for await (const event of trace) {
  if (event.type === 'run-end') console.log(event.result.status)
}

const prices = { 'scripted-1': { input: 0.8, output: 3.2 } }
if (trace.tree) console.log(formatTrace(trace.tree, { prices, width: 110 }))

/* prints
done
step                          start    time                               in  out      cost  end
invoke_agent meteorologist     0 ms  750 ms  ━━━━━━━━━━━━━━━━━━━━━━━━  2,000  100  0.001920  done
├─ chat scripted-1            50 ms  250 ms    ████████                1,000   50  0.000960  tool-use
├─ execute_tool temperature  350 ms   50 ms             ▒▒
├─ execute_tool temperature  375 ms   50 ms              ▒▒                                  ✗ tool-failed
└─ chat scripted-1           500 ms  200 ms                  ░█████    1,000   50  0.000960  end
*/
