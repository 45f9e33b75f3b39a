import { defineTool } from '@x/tools'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'

// One tool, four ways to say what it takes; the function is typed and sees valid input only.
const inZod = defineTool({
  name: 'add',
  input: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
})
const inValibot = defineTool({
  name: 'add',
  input: v.object({ a: v.number(), b: v.number() }),
  execute: ({ a, b }) => a + b,
})
const inArktype = defineTool({
  name: 'add',
  input: type({ a: 'number', b: 'number' }),
  execute: ({ a, b }) => a + b,
})
const inJsonSchema = defineTool({
  name: 'add',
  input: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
  },
  execute: ({ a, b }) => Number(a) + Number(b),
})

for (const { inputSchema } of [inZod, inValibot, inArktype, inJsonSchema]) {
  console.log(inputSchema.type, Object.keys(inputSchema.properties ?? {}).join())
}

/* prints
object a,b
object a,b
object a,b
object a,b
*/
