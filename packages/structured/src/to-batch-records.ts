import type { AnySchema } from '@x/tools/schema'
import type { Message, SystemPart } from '@x/types'
import { AgentError } from '@x/types'
import type { AnswerOptions } from './answer-options.js'
import { checkAnswerOptions } from './answer-options.js'
import type { RecordMode, RecordRungOptions } from './record-rung.js'
import { recordRung } from './record-rung.js'
import type { BatchInput } from './to-question.js'
import { checkInputs, toQuestion } from './to-question.js'
import { toRequest, toSystem } from './to-request.js'

/** Bounds of one input file. They differ by model and can be raised: see Service Quotas of the account. */
export interface BatchQuotas {
  /** Of a whole job. Default 100. */
  readonly minRecords?: number
  /** Default 50,000. */
  readonly maxRecords?: number
  /** Default 1,073,741,824. */
  readonly maxBytes?: number
}

export type ToBatchRecordsOptions<Schema extends AnySchema> = Omit<RecordRungOptions<Schema>, 'answer' | 'mode'> &
  Pick<AnswerOptions<Schema>, 'name' | 'description'> & {
    readonly inputs: Iterable<BatchInput> | AsyncIterable<BatchInput>
    readonly system?: string | readonly SystemPart[]
    /** Default: `native` where the model is known to take it and it can say the schema, else `prompted`. */
    readonly mode?: RecordMode
    /** Default: the index in 11 digits. */
    readonly recordId?: (index: number) => string
    readonly quotas?: BatchQuotas
  }

/**
 * Writes the input file of a batch inference job, line by line, without line ends. The job is created with
 * `modelInvocationType: 'Converse'`; the model's own settings (`maxTokens` …) go into each record.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-data.html
 * @throws AgentError `unsupported` for what cannot be asked in a batch; `invalid-messages` or `invalid-request` for an
 *   input that the service would refuse; `invalid-config` for two records of one id, and outside of the quotas
 */
export async function* toBatchRecords<Schema extends AnySchema>(
  options: ToBatchRecordsOptions<Schema>,
): AsyncGenerator<string, void, void> {
  const { format, system, recordId = defaultRecordId, quotas = {} } = options
  const { minRecords = 100, maxRecords = 50_000, maxBytes = 1_073_741_824 } = quotas
  const { schema, answer } = checkAnswerOptions(options)
  const rung = recordRung({ ...options, schema, answer })
  const ids = new Set<string>()
  let bytes = 0
  for await (const input of checkInputs(options.inputs)) {
    const messages = messagesOf(input)
    const id = recordId(ids.size)
    if (ids.has(id)) throw new AgentError('invalid-config', `Two records have the id ${JSON.stringify(id)}.`)
    ids.add(id)
    const modelInput = format.toBody(toRequest(rung, messages, toSystem(system), messages.length))
    const line = JSON.stringify({ recordId: id, modelInput })
    bytes += new TextEncoder().encode(line).length + 1
    if (ids.size > maxRecords) throw tooMuch(`has more than ${maxRecords} records`)
    if (bytes > maxBytes) throw tooMuch(`is longer than ${maxBytes} bytes with record ${ids.size}`)
    yield line
  }
  if (ids.size >= minRecords) return
  throw new AgentError(
    'invalid-config',
    `A batch inference job takes ${minRecords} records or more, not ${ids.size}.`,
    {
      hint: 'Ask so few with extractAll, or give the quota of your model and account as quotas.minRecords.',
    },
  )
}

/** Of 11 characters, as record ids had to be at first; the order of these texts is that of the inputs. */
export function defaultRecordId(index: number): string {
  return String(index).padStart(11, '0')
}

function messagesOf(input: BatchInput): readonly Message[] {
  const { prompt, messages = [] } = toQuestion(input)
  return prompt === undefined ? messages : [...messages, { role: 'user', content: [{ type: 'text', text: prompt }] }]
}

function tooMuch(what: string): AgentError {
  return new AgentError('invalid-config', `The input file of this batch inference job ${what}.`, {
    hint: 'Write several files, or give the quotas of your model and account.',
  })
}
