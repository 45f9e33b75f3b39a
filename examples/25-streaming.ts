import { Agent, bedrock, textOf } from '@x/agent'

// Streaming is the default. Some models cannot stream tool calls; both ways give the same events.
const streamingModel = bedrock('us.anthropic.claude-sonnet-4-6', { streaming: true })
const nonStreamingModel = bedrock('us.meta.llama3-3-70b-instruct-v1:0', { streaming: false })

for (const model of [streamingModel, nonStreamingModel]) {
  const seen = new Set<string>()
  for await (const event of new Agent({ model }).stream('Say hello to Ann.')) {
    seen.add(event.type)
    if (event.type === 'run-end') console.log(textOf(event.result))
  }
  console.log([...seen].join(' '))
}

/* prints
Ann
run-start turn-start model-start text-delta part-end model-end message run-end
Ann
run-start turn-start model-start text-delta part-end model-end message run-end
*/
