import type { LocalRequest, WholeReply } from '@x/bedrock-local'
import type { BatchInput, ExtractAllOptions, ResultLog } from '@x/structured/batch'
import type { Model } from '@x/types'
import { z } from 'zod'

export const schema = z.object({ n: z.number() })

/** Questions that hold a number, which the answer repeats. */
function* questions(count: number): Generator<BatchInput, void, void> {
  for (let n = 0; n < count; n++) yield `The number is ${n}.`
}

export function repeatNumber({ body }: LocalRequest): WholeReply {
  const n = Number(/The number is (\d+)/.exec(JSON.stringify(body.messages))?.[1])
  return { content: [{ text: JSON.stringify({ n }) }], deltaLength: 4 }
}

export function countOptions(model: Model, count: number, resultLog?: ResultLog): ExtractAllOptions<typeof schema> {
  return {
    ...{ model, schema, inputs: questions(count), mode: 'native', concurrency: 4 },
    backOff: { baseDelayMs: 5, maxDelayMs: 40 },
    ...(resultLog && { resultLog }),
  }
}
