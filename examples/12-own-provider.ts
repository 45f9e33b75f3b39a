import { Agent, textOf } from '@x/agent'
import { AgentError, defineModel } from '@x/types'
import { checkModel, formatReport } from '@x/types/testing'

// A provider is one function: a request and a config in, events out. This one says everything back.
const parrot = (modelId: string) =>
  defineModel({
    provider: 'parrot',
    config: { modelId },
    keys: ['modelId'],
    async *stream({ messages }, { signal }) {
      const last = messages.at(-1)?.content ?? []
      for (const word of last.flatMap((part) => (part.type === 'text' ? part.text.split(/(?<= )/) : []))) {
        if (signal.aborted) throw new AgentError('aborted', 'The call was aborted.')
        yield { type: 'text-delta', text: word }
      }
      yield { type: 'part-end' }
      const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
      yield { type: 'model-end', stopReason: 'end', providerStopReason: 'end', usage }
    },
  })

// The kit says whether it is right.
const report = await checkModel(parrot('grey-1'), { toolRequest: false })
console.log(formatReport(report))

const agent = new Agent({ model: 'parrot/grey-1', providers: { parrot } })
console.log(textOf(await agent.run('Polly wants a cracker.')))

/* prints
ok      names itself
ok      answers with text and says how it ended
ok      stops when aborted on the way
Polly wants a cracker.
*/
