import type { Conversation, DoneCall } from './conversation.js'
import { membersOf } from './conversation.js'
import { related, stemsOf } from './words.js'

/** A calculation that a question asks for. */
export interface Calculation {
  readonly expression: string
  /** How to say what the outcome is, before the number, and what stands behind it. */
  readonly says: string
  readonly unit: string
}

/** The expressions written in the question; else what it asks to be made of the numbers in the tool results. */
export function calculationsFor({ question, done }: Conversation, calculator: string): readonly Calculation[] {
  const written = writtenExpressions(question)
  if (written.length > 0) return written.map((expression) => ({ expression, says: `${expression} =`, unit: '' }))
  return fromMeasurements(
    question,
    measurementsIn(
      question,
      done.filter(({ name }) => name !== calculator),
    ),
  )
}

interface Measurement {
  readonly value: number
  readonly isCelsius: boolean
}

function fromMeasurements(question: string, numbers: readonly Measurement[]): readonly Calculation[] {
  if (numbers.length === 0) return []
  const toFahrenheit = /\bfahrenheit\b|°\s*F\b/i.test(question) && numbers.every(({ isCelsius }) => isCelsius)
  const unit = toFahrenheit ? ' °F' : ''
  const values = numbers.map(({ value }) => (value < 0 ? `(${value})` : String(value)))
  const many = values.length > 1

  if (many && /\bdiffer|\bhow (?:much|many) (?:\w+er|more|less)\b|\b\w+er\b[^.?]*\bthan\b/i.test(question)) {
    // "Colder than" asks for the same difference the other way round.
    const ordered = lessWords.test(question) ? values.toReversed() : values
    const expression = ordered.join(' - ')
    return [{ expression: toFahrenheit ? `(${expression}) * 9 / 5` : expression, says: 'The difference is', unit }]
  }
  const sum = values.join(' + ')
  if (many && /\baverage\b|\bmean\b/i.test(question)) {
    const expression = `(${sum}) / ${values.length}`
    return [{ expression: toFahrenheit ? fahrenheit(expression) : expression, says: 'The average is', unit }]
  }
  if (many && /\bsum\b|\btotal\b|\btogether\b|\bcombined\b|\badd(?:ed)? up\b/i.test(question)) {
    return [{ expression: sum, says: 'The sum is', unit: '' }]
  }
  if (!toFahrenheit) return []
  return values.map((value) => ({ expression: fahrenheit(value), says: `${value} °C is`, unit }))
}

const lessWords = /\b(?:colder|cooler|less|fewer|cheaper|smaller|lower|shorter|younger|lighter|slower|earlier)\b/i

function fahrenheit(celsius: string): string {
  return `${celsius} * 9 / 5 + 32`
}

/** One number from each result of the tool that gave most of them, in the order in which the question names them. */
function measurementsIn(question: string, done: readonly DoneCall[]): readonly Measurement[] {
  const byTool = new Map<string, { readonly at: number; readonly measurement: Measurement }[]>()
  for (const call of done) {
    const measurement = call.isError ? undefined : measurementIn(question, call)
    if (!measurement) continue
    const named = membersOf(call.input).map(([, value]) => question.toLowerCase().indexOf(String(value).toLowerCase()))
    const at = Math.min(...named.filter((index) => index >= 0), question.length)
    byTool.set(call.name, [...(byTool.get(call.name) ?? []), { at, measurement }])
  }
  const [most = []] = [...byTool.values()].sort((left, right) => right.length - left.length)
  return most.sort((left, right) => left.at - right.at).map(({ measurement }) => measurement)
}

/** In JSON the number whose name is nearest to the question; in text the first one that has a degree, else the first. */
function measurementIn(question: string, { output }: DoneCall): Measurement | undefined {
  if (typeof output === 'string') {
    // A date or a time of day is a text, not a measurement.
    if (/\d:\d\d|\d{4}-\d\d/.test(output)) return undefined
    const match = /(-?\d+(?:\.\d+)?)\s*°/.exec(output) ?? /-?\d+(?:\.\d+)?/.exec(output)
    const isCelsius = /°\s*C|celsius/i.test(output)
    return match ? { value: Number(match[1] ?? match[0]), isCelsius } : undefined
  }
  const asked = stemsOf(question)
  const nearness = (name: string) => stemsOf(name).filter((stem) => asked.some((other) => related(stem, other))).length
  const numbers = membersOf(output).filter(([, value]) => typeof value === 'number')
  const [nearest] = numbers.toSorted(([left], [right]) => nearness(right) - nearness(left))
  if (!nearest) return undefined
  const [name, value] = nearest
  return { value: Number(value), isCelsius: /celsius|temp|(?:^|_)c$/i.test(name) && !/fahrenheit/i.test(name) }
}

const operators: readonly (readonly [words: RegExp, operator: string])[] = [
  [/(\d),(?=\d{3}\b)/g, '$1'],
  [/(\d+(?:\.\d+)?)\s*(?:%|percent)\s+of\s+/gi, '$1 / 100 * '],
  [/\s*(?:×|\btimes\b|\bmultiplied by\b)\s*/gi, ' * '],
  [/\s*(?:÷|\bdivided by\b)\s*/gi, ' / '],
  [/\s+plus\s+/gi, ' + '],
  [/\s+minus\s+|−/gi, ' - '],
  [/\s+to the power of\s+/gi, ' ^ '],
]

/** Numbers with operators between them. A hyphen counts only with spaces round it, or "3-5 days" would be a sum. */
function writtenExpressions(question: string): readonly string[] {
  const text = operators.reduce((result, [words, operator]) => result.replace(words, operator), question)
  const number = String.raw`[(\s]*-?\d+(?:\.\d+)?[)\s]*`
  const expression = new RegExp(`${number}(?:(?:[+*/^]|(?<=[\\s)])-(?=[\\s(]))${number})+`, 'g')
  const found = [...text.matchAll(expression)].map((match) => balanced(match[0].trim()))
  return found.filter((item) => !/^\d+\/\d+\/\d+$/.test(item))
}

/** Brackets of the sentence around it do not belong to an expression. */
function balanced(expression: string): string {
  const surplus = expression.split(')').length - expression.split('(').length
  if (surplus > 0) return expression.replace(new RegExp(`\\){${surplus}}$`), '')
  return surplus < 0 ? expression.replace(new RegExp(`^\\({${-surplus}}`), '') : expression
}
