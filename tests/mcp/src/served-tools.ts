import { serveMcp } from '@x/mcp'
import { defineTool } from '@x/tools'

/* A program that offers tools over stdio; the tests bundle and start it. */

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
    additionalProperties: false,
  } as const,
  execute: ({ a, b }) => ({ sum: Number(a) + Number(b) }),
})

const count = defineTool({
  name: 'count',
  async *execute(_input, { signal }) {
    let words = 'count was cancelled'
    try {
      for (let n = 1; n <= 1000 && !signal.aborted; n++) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        yield { progress: n, total: 1000 }
      }
      if (!signal.aborted) words = 'count ended'
    } finally {
      process.stderr.write(`${words}\n`)
    }
    return 'counted'
  },
})

const erase = defineTool({ name: 'erase', needsApproval: true, execute: () => 'erased' })

const grow = defineTool({
  name: 'grow',
  execute() {
    served.setTools([...tools, defineTool({ name: 'grown', execute: () => 'I am new.' })])
    return 'There is one more tool now.'
  },
})

const tools = [
  { ...add, outputSchema: { type: 'object', properties: { sum: { type: 'number' } } } },
  count,
  erase,
  grow,
]
const served = serveMcp(tools, { name: 'served-tools', version: '1.0.0' })
await served.stdio()
