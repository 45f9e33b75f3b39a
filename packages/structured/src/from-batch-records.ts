import type { AnySchema, InferOutput } from '@x/tools/schema'
import type { JsonObject, JsonValue, Usage } from '@x/types'
import { AgentError, addUsage, isAgentError, noUsage } from '@x/types'
import type { AnswerOptions } from './answer-options.js'
import { checkAnswerOptions } from './answer-options.js'
import { checkUsable } from './check-usable.js'
import { finalFault, toError } from './failures.js'
import { fromRecordError } from './from-record-error.js'
import type { RecordMode, RecordRungOptions } from './record-rung.js'
import { recordRung } from './record-rung.js'
import type { Repair } from './repair-value.js'
import type { Rung } from './rung.js'
import { defaultRecordId } from './to-batch-records.js'

export type FromBatchRecordsOptions<Schema extends AnySchema> = Omit<RecordRungOptions<Schema>, 'answer' | 'mode'> &
  Pick<AnswerOptions<Schema>, 'name' | 'description' | 'repair'> & {
    /** Of the output files of the job (`*.jsonl.out`), of all of them one after the other, without line ends. */
    readonly lines: Iterable<string> | AsyncIterable<string>
    /** How `toBatchRecords` asked, if it was told. */
    readonly mode?: RecordMode
    /** The ids that were written, or how many with the default ones: what of them is missing is told. */
    readonly expected?: Iterable<string> | number
  }

export interface BatchReport<Output> {
  /** In the order of `expected`, else by record id. */
  readonly results: readonly RecordResult<Output>[]
  /** Ids that were expected and have no result. */
  readonly missing: readonly string[]
  /** Ids that were not expected; their results stand last. */
  readonly unexpected: readonly string[]
  /** Ids that came more than once; the first right result counts. */
  readonly duplicates: readonly string[]
  /** Lines that are no records, counted from 1. */
  readonly unreadable: readonly number[]
  readonly usage: Usage
}

export type RecordResult<Output> = RecordSuccess<Output> | RecordFailure

export interface RecordSuccess<Output> {
  readonly recordId: string
  readonly output: Output
  readonly error?: undefined
  readonly usage: Usage
  readonly repairs: readonly Repair[]
}

export interface RecordFailure {
  readonly recordId: string
  readonly output?: undefined
  /** As of `extract`, or the error of the record; `partial.message` is the answer. Ask these again with `extractAll`. */
  readonly error: AgentError
  readonly usage: Usage
  readonly repairs: readonly Repair[]
}

/**
 * Reads the output of a batch inference job: each answer is checked, and repaired where that is safe. Give the options
 * that the records were written with.
 */
export async function fromBatchRecords<Schema extends AnySchema>(
  options: FromBatchRecordsOptions<Schema>,
): Promise<BatchReport<InferOutput<Schema>>> {
  const { schema, answer, repair } = checkAnswerOptions(options)
  const rung = recordRung({ ...options, schema, answer })
  const results = new Map<string, RecordResult<InferOutput<Schema>>>()
  const duplicates = new Set<string>()
  const unreadable: number[] = []
  let usage = noUsage
  let number = 0
  for await (const line of options.lines) {
    number += 1
    if (line.trim() === '') continue
    const record = fromLine(line)
    if (!record) {
      unreadable.push(number)
      continue
    }
    const result = await readRecord(record, rung, { ...options, repair })
    usage = addUsage(usage, result.usage)
    const known = results.get(record.recordId)
    if (known) duplicates.add(record.recordId)
    if (!known || (known.error && !result.error)) results.set(record.recordId, result)
  }
  return { ...inOrder(results, options.expected), duplicates: [...duplicates], unreadable, usage }
}

interface OutputRecord extends JsonObject {
  readonly recordId: string
}

function fromLine(line: string): OutputRecord | undefined {
  try {
    const record = JSON.parse(line) as JsonObject | null
    return typeof record?.recordId === 'string' ? (record as OutputRecord) : undefined
  } catch {
    return undefined
  }
}

async function readRecord<Schema extends AnySchema>(
  { recordId, modelOutput, error: refused }: OutputRecord,
  rung: Rung<InferOutput<Schema>>,
  { format, model, repair }: Pick<FromBatchRecordsOptions<Schema>, 'format' | 'model'> & { readonly repair: boolean },
): Promise<RecordResult<InferOutput<Schema>>> {
  const failed = (error: AgentError, usage = noUsage, repairs: readonly Repair[] = []) => {
    return { recordId, error, usage, repairs }
  }
  if (modelOutput === undefined || modelOutput === null) return failed(fromRecordError(refused))
  const read = answerOf(() => format.fromBody(modelOutput as JsonValue))
  if (isAgentError(read)) return failed(read)
  const { message, stopReason, usage } = read
  const checked = await checkUsable(rung, read, { repair })
  if (checked.right) return { recordId, output: checked.output, usage, repairs: checked.repairs }
  const fault = finalFault(model.modelId, stopReason)
  const error = fault ? toError(fault) : new AgentError('invalid-output', checked.problem)
  error.partial = { message, usage }
  return failed(error, usage, checked.repairs)
}

function answerOf<Answer>(read: () => Answer): Answer | AgentError {
  try {
    return read()
  } catch (cause) {
    if (isAgentError(cause)) return cause
    return new AgentError('internal', 'The record holds no answer in the format of the job.', { cause })
  }
}

function inOrder<Output>(
  results: ReadonlyMap<string, RecordResult<Output>>,
  expected: Iterable<string> | number | undefined,
): Pick<BatchReport<Output>, 'results' | 'missing' | 'unexpected'> {
  const sorted = [...results.keys()].sort()
  const ids =
    typeof expected === 'number' ? Array.from({ length: expected }, (_, index) => defaultRecordId(index)) : expected
  const wanted = new Set(ids ?? sorted)
  const unexpected = sorted.filter((id) => !wanted.has(id))
  const found = [...wanted, ...unexpected].flatMap((id) => results.get(id) ?? [])
  return { results: found, missing: [...wanted].filter((id) => !results.has(id)), unexpected }
}
