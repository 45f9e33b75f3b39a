import type { CompiledSchema, Problem } from '@x/tools/schema'
import { problemsText } from '@x/tools/schema'
import type { AssistantMessage, JsonValue, RunContext } from '@x/types'
import type { Fault } from './correction.js'
import type { Repair } from './repair-value.js'
import { repairValue } from './repair-value.js'
import type { Reading, Rung } from './rung.js'

/**
 * What the schema cannot say: gives what is wrong, for the model to read, or nothing. `run.model` makes a model call of
 * its own that the run's layers see, for a judge.
 */
export type AnswerCheck<Output> = (
  output: Output,
  context: { readonly run: RunContext },
) => string | undefined | Promise<string | undefined>

export type CheckOptions<Output> = { readonly repair: boolean } & (
  | { readonly validate?: undefined }
  | { readonly validate?: AnswerCheck<Output> | undefined; readonly run: RunContext }
)

export type Checked<Output> = RightAnswer<Output> | (WrongReading & { readonly faults: readonly Fault[] })

interface RightAnswer<Output> {
  readonly right: true
  readonly output: Output
  readonly json: JsonValue
  readonly repairs: readonly Repair[]
}

interface WrongReading {
  readonly right: false
  /** All that is wrong, in words. */
  readonly problem: string
  readonly problems: readonly Problem[]
  /** Tried in vain. */
  readonly repairs: readonly Repair[]
}

/** The first thing in the message that fits the schema, as it is or repaired; or what is wrong with all of them. */
export async function checkAnswer<Output>(
  rung: Rung<Output>,
  message: AssistantMessage,
  options: CheckOptions<Output>,
): Promise<Checked<Output>> {
  const faults: Fault[] = []
  const problems: Problem[] = []
  const repairs: Repair[] = []
  for (const reading of rung.read(message, options.repair)) {
    const checked = await checkReading(rung.compiled, reading, options)
    if (checked.right) return checked
    const { callId } = reading
    faults.push({ ...(callId !== undefined && { callId }), fault: checked.problem })
    problems.push(...checked.problems)
    repairs.push(...checked.repairs)
  }
  const problem = faults.map(({ fault }) => fault).join('\n') || 'There was no answer.'
  return { right: false, faults, problem, problems, repairs }
}

async function checkReading<Output>(
  compiled: CompiledSchema<Output>,
  reading: Reading,
  options: CheckOptions<Output>,
): Promise<RightAnswer<Output> | WrongReading> {
  if (reading.fault !== undefined)
    return { right: false, problem: reading.fault, problems: [], repairs: reading.repairs }
  let { repairs, value: written } = reading
  let checked = await compiled.validate(written)
  if (!checked.valid && options.repair) {
    const mended = mend(compiled, reading.value)
    if (mended.repairs.length > 0) {
      repairs = [...repairs, ...mended.repairs]
      const again = await compiled.validate(mended.value)
      // What is still wrong is told of the answer as it was written: that is the one the model sees.
      if (again.valid) {
        checked = again
        written = mended.value
      }
    }
  }
  if (!checked.valid) {
    const problem = `The answer does not fit the schema:\n${problemsText(checked.problems)}`
    return { right: false, problem, problems: checked.problems, repairs }
  }
  const objection = options.validate && (await options.validate(checked.value, { run: options.run }))
  if (objection) return { right: false, problem: `The answer is not right: ${objection}`, problems: [], repairs }
  return { right: true, output: checked.value, json: compiled.restore(written) as JsonValue, repairs }
}

function mend({ isWrapped, jsonSchema }: CompiledSchema<unknown>, written: JsonValue) {
  const isBare = isWrapped && !(isObject(written) && Object.hasOwn(written, 'value'))
  const { value, repairs } = repairValue(isBare ? { value: written } : written, jsonSchema)
  const wrapped: readonly Repair[] = isBare ? [{ path: '', repair: 'put into the member `value`', score: 1 }] : []
  return { value, repairs: [...wrapped, ...repairs] }
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
