import type { Model } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { BatchReport, BatchResult, ExtractionBatch, RecordFormat } from '../src/batch.js'
import { extractAll, fromBatchRecords, toBatchRecords } from '../src/batch.js'
import type {
  DeepPartial,
  Extraction,
  ExtractOptions,
  ExtractStream,
  RunStructuredOptions,
  StructuredAgent,
  StructuredRun,
} from '../src/index.js'
import { extract, extractStream, runStructured } from '../src/index.js'

/*
 * What the compiler knows. Each function here is only compiled: `tsc` fails where a type is another one, and where a
 * line marked as an error is none.
 */

declare const model: Model
declare const agent: StructuredAgent
declare const format: RecordFormat

const order = z.object({
  id: z.string().transform(Number),
  lines: z.array(z.object({ text: z.string(), count: z.number().default(1) })),
  paid: z.iso
    .date()
    .transform((text) => new Date(text))
    .nullable(),
})
interface Order {
  id: number
  lines: { text: string; count: number }[]
  paid: Date | null
}
const prompt = 'Go.'

describe('types', () => {
  it('are compiled, not run', () => {
    expect(scriptedModel([]).calls).toEqual([])
  })
})

export function outputs() {
  expectTypeOf(extract({ model, schema: order, prompt })).resolves.toExtend<Extraction<Order>>()
  expectTypeOf(runStructured(agent, { schema: order, prompt })).resolves.toExtend<StructuredRun<Order>>()
  expectTypeOf(extractAll({ model, schema: order, inputs: [] })).toEqualTypeOf<ExtractionBatch<Order>>()
  const lines: string[] = []
  expectTypeOf(fromBatchRecords({ model, format, schema: order, lines })).resolves.toEqualTypeOf<BatchReport<Order>>()
  expectTypeOf(extractStream({ model, schema: order, prompt }).result).resolves.toExtend<{ output: Order }>()

  const pick = v.picklist(['a', 'b'])
  expectTypeOf(extract({ model, schema: pick, prompt }))
    .resolves.toHaveProperty('output')
    .toEqualTypeOf<'a' | 'b'>()
  const ark = type({ name: 'string', 'age?': 'number' })
  expectTypeOf(extract({ model, schema: ark, prompt }))
    .resolves.toHaveProperty('output')
    .toEqualTypeOf<{ name: string; age?: number }>()
  const json = { type: 'object' } as const
  expectTypeOf(extractAll({ model, schema: json, inputs: ['x'] })).not.toBeAny()
}

export async function partials() {
  const stream: ExtractStream<typeof order> = extractStream({ model, schema: order, prompt })
  for await (const event of stream) {
    if (event.type === 'partial') {
      // As it is written: before transforms and defaults, with everything perhaps not there yet.
      expectTypeOf(event.value).toEqualTypeOf<{
        readonly id?: string
        readonly lines?: readonly { readonly text?: string; readonly count?: number | undefined }[]
        readonly paid?: string | null
      }>()
      // @ts-expect-error the list may not be there yet
      event.value.lines.length
      // @ts-expect-error snapshots are shared
      event.value.id = 'x'
    }
    if (event.type === 'closed' && event.at === 'lines.*') {
      expectTypeOf(event.value).toEqualTypeOf<{ text: string; count: number }>()
    }
    if (event.type === 'done') expectTypeOf(event.extraction.output).toEqualTypeOf<Order>()
  }
  expectTypeOf<DeepPartial<'a' | 'b'>>().toEqualTypeOf<string>()
  expectTypeOf<DeepPartial<readonly [number, string]>>().toExtend<{ readonly 0?: number; readonly 1?: string }>()
  expectTypeOf<DeepPartial<unknown>>().toEqualTypeOf<unknown>()
}

export async function batches() {
  for await (const result of extractAll({ model, schema: order, inputs: ['x'] })) {
    expectTypeOf(result).toEqualTypeOf<BatchResult<Order>>()
    // @ts-expect-error it may have failed
    result.output.id
    if (result.error) expectTypeOf(result.output).toEqualTypeOf<undefined>()
    else expectTypeOf(result.output).toEqualTypeOf<Order>()
  }
  expectTypeOf(toBatchRecords({ model, format, schema: order, inputs: [] })).toEqualTypeOf<
    AsyncGenerator<string, void, void>
  >()
  const { results } = await fromBatchRecords({ model, format, schema: order, lines: [] })
  for (const result of results) if (!result.error) expectTypeOf(result.output).toEqualTypeOf<Order>()
}

export function checks() {
  const options: Pick<ExtractOptions<typeof order>, 'validate'> = {
    validate(output) {
      expectTypeOf(output).toEqualTypeOf<Order>()
      return undefined
    },
  }
  const ofRun: Pick<RunStructuredOptions<typeof order>, 'validate'> = options
  return ofRun
}

export function wrongUse() {
  // @ts-expect-error nothing is asked
  void extract({ model, schema: order })
  // @ts-expect-error there is no schema
  void extract({ model, prompt })
  // @ts-expect-error there is no model
  void extract({ schema: order, prompt })
  // @ts-expect-error a schema is no text
  void extract({ model, schema: 'object', prompt })
  // @ts-expect-error there is no such mode
  void extract({ model, schema: order, prompt, mode: 'yaml' })
  // @ts-expect-error messages are a list of messages
  void extractStream({ model, schema: order, messages: [{ role: 'user', content: 'x' }] })
  // @ts-expect-error a number is no prompt
  void extractStream({ model, schema: order, prompt: 7 })
  // @ts-expect-error there is no such option
  void runStructured(agent, { schema: order, prompt, retries: 3 })
  // @ts-expect-error a model is no agent
  void runStructured(model, { schema: order, prompt })
  // @ts-expect-error the inputs are missing
  void extractAll({ model, schema: order })
  // @ts-expect-error each input has its own prompt
  void extractAll({ model, schema: order, inputs: [], prompt })
  // @ts-expect-error inputs are prompts or conversations
  void extractAll({ model, schema: order, inputs: [7] })
  // @ts-expect-error there is no such order
  void extractAll({ model, schema: order, inputs: [], order: 'random' })
  // @ts-expect-error batch inference has no tools
  void toBatchRecords({ model, format, schema: order, inputs: [], mode: 'tool' })
  // @ts-expect-error the format of the records is missing
  void fromBatchRecords({ model, schema: order, lines: [] })
  void extract({
    ...{ model, schema: order, prompt },
    // @ts-expect-error the output is an order
    validate: (output: { name: string }) => output.name,
  })
  expectTypeOf(extractStream({ model, schema: order, prompt }).elements()).toEqualTypeOf<
    AsyncGenerator<never, void, void>
  >()
}
