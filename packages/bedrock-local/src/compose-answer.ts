import type { JsonValue } from '@x/types'
import { calculationsFor } from './arithmetic.js'
import { calculatorOf } from './choose-calls.js'
import type { Conversation, DoneCall } from './conversation.js'
import { membersOf } from './conversation.js'

/** The last word: what the tools gave, or, when none was of use, what was asked and who is answering. */
export function composeAnswer(conversation: Conversation): string {
  const { done, tools, question } = conversation
  if (done.length === 0)
    return plainAnswer(
      question,
      tools.map(({ name }) => name),
    )
  const calculator = calculatorOf(tools)?.name
  const sums = done.filter(({ name }) => name === calculator)
  const others = done.filter(({ name }) => name !== calculator)
  const calculations = calculator ? calculationsFor(conversation, calculator) : []
  const first = sums.map((call) => {
    const expression = String(membersOf(call.input)[0]?.[1] ?? '')
    const plan = calculations.find((one) => one.expression === expression)
    if (call.isError) return `The calculation ${expression} failed: ${say(call.output)}.`
    return plan ? `${plan.says} ${say(call.output)}${plan.unit}.` : `${expression} = ${say(call.output)}.`
  })
  const opening = first.length > 0 ? first.join(' ') : 'Here is what I found.'
  return [opening, ...(others.length > 0 ? ['', ...others.map(lineOf)] : [])].join('\n')
}

function plainAnswer(question: string, tools: readonly string[]): string {
  const asked = question.length > 200 ? `${question.slice(0, 200)}…` : question
  const help = tools.length > 0 ? ` None of the tools I was given (${tools.join(', ')}) seems to fit.` : ''
  const who = 'I am a scripted stand-in for a model, so I can use tools and fill in forms, but I know nothing myself.'
  return `You asked: "${asked}".${help} ${who}`
}

function lineOf({ name, input, output, isError }: DoneCall): string {
  const asked = membersOf(input).map(([, value]) => String(value))
  return `- ${asked.join(', ') || name}: ${isError ? `${name} failed: ` : ''}${say(output, asked)}`
}

const longestSaying = 400

/** JSON as words: `celsius 21, sky clear`; what the call itself said is not said again. */
function say(output: JsonValue, asked: readonly string[] = []): string {
  if (typeof output !== 'object' || output === null) return shortened(String(output))
  const members = membersOf(output).filter(([, value]) => !asked.includes(String(value)))
  const [only, second] = members
  if (only && !second) return shortened(String(only[1]))
  return shortened(members.map(([name, value]) => `${name} ${value}`.trim()).join(', ') || 'nothing')
}

function shortened(text: string): string {
  return text.length > longestSaying ? `${text.slice(0, longestSaying)}…` : text
}
