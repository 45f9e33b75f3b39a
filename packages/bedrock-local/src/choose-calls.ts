import type { JsonObject, JsonValue } from '@x/types'
import { calculationsFor } from './arithmetic.js'
import type { Conversation, ToolFacts } from './conversation.js'
import { clausesOf, entitiesIn } from './entities.js'
import { fillSchema } from './fill-schema.js'
import { nameWords } from './find-value.js'
import { related, stemsOf } from './words.js'

export interface ChosenCall {
  readonly name: string
  readonly input: JsonValue
}

/**
 * The calls that the question needs next: first those that the words of the question ask for, and once they are
 * answered a calculation with their numbers. Empty when nothing is left; no call is made twice with one input.
 */
export function chooseCalls(conversation: Conversation): readonly ChosenCall[] {
  const calculator = calculatorOf(conversation.tools)
  const others = conversation.tools.filter(({ name }) => name !== calculator?.name)
  const fresh = freshCalls(conversation, callsFor(conversation, others))
  if (fresh.length > 0 || !calculator) return fresh
  const calculations = calculationsFor(conversation, calculator.name)
  const calls = calculations.map(({ expression }) => ({ name: calculator.name, input: { expression } }))
  return freshCalls(conversation, calls)
}

/** The tool that takes arithmetic as text, if there is one. */
export function calculatorOf(tools: readonly ToolFacts[]): ToolFacts | undefined {
  return tools.find(({ schema }) => propertiesOf(schema).some(([name]) => name === 'expression'))
}

function callsFor(conversation: Conversation, tools: readonly ToolFacts[]): readonly ChosenCall[] {
  const { question } = conversation
  const clauses = clausesOf(question)
  const asked = clauses.flatMap((clause) => {
    const scored = tools.map((tool) => ({ tool, score: relevance(tool, clause) }))
    const best = Math.max(...scored.map(({ score }) => score))
    // A tool that fits half as well as the best one is most likely asked for as well.
    return scored.filter(({ score }) => score >= 2 && score >= best / 2).map(({ tool }) => ({ tool, clause }))
  })
  const calls = asked.flatMap(({ tool, clause }) => callsOf(tool, clause, conversation))
  const [only, second] = tools
  if (calls.length > 0 || !only || second) return calls
  // A lone tool whose every wish the question meets is asked for, whatever the words.
  return requiredOf(only.schema).length > 0 ? callsOf(only, question, conversation) : []
}

/** How well a clause fits a tool: words of its name count most, those of its description and properties least. */
function relevance(tool: ToolFacts, clause: string): number {
  const asked = stemsOf(clause)
  const nearest = (text: string) => stemsOf(text).filter((word) => asked.some((other) => related(word, other))).length
  const properties = propertiesOf(tool.schema).map(([name]) => name)
  return 3 * nearest(tool.name) + nearest(tool.description) + nearest(properties.join(' '))
}

/** One call, or one for each name in the clause when the tool takes one name at a time. */
function callsOf(tool: ToolFacts, clause: string, { question, facts }: Conversation): readonly ChosenCall[] {
  const subjects = propertiesOf(tool.schema).filter((property) => isSubject(property, tool.schema))
  const entities = entitiesIn(clause).length > 0 ? entitiesIn(clause) : entitiesIn(question)
  const [subject, secondSubject] = subjects
  const texts = subject && !secondSubject && entities.length > 1 ? entities : [clause]
  return texts.flatMap((text) => {
    const near = fillSchema(tool.schema, { text, facts })
    const filled = near.missing.length === 0 ? near : fillSchema(tool.schema, { text: `${text}\n${question}`, facts })
    return filled.missing.length === 0 ? [{ name: tool.name, input: filled.value }] : []
  })
}

const proseNames =
  /query|question|text|prompt|message|body|content|title|subject|expression|path|url|email|date|unit|code|id/

/** A string that wants one name: a city, a person, a time zone. An optional one counts if nothing is required. */
function isSubject([name, property]: readonly [string, JsonObject], schema: JsonObject): boolean {
  const required = requiredOf(schema)
  if (property.type !== 'string' || property.enum || (required.length > 0 && !required.includes(name))) return false
  return !nameWords(name).some((word) => new RegExp(`^(?:${proseNames.source})$`).test(word))
}

function freshCalls({ done }: Conversation, calls: readonly ChosenCall[]): readonly ChosenCall[] {
  const seen = new Set(done.map(keyOf))
  return calls.filter((call) => {
    const key = keyOf(call)
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

function keyOf({ name, input }: ChosenCall): string {
  return `${name} ${JSON.stringify(input)}`
}

function propertiesOf(schema: JsonObject): readonly (readonly [string, JsonObject])[] {
  return Object.entries((schema.properties ?? {}) as { readonly [name: string]: JsonObject })
}

function requiredOf(schema: JsonObject): readonly string[] {
  return Array.isArray(schema.required) ? schema.required.map(String) : []
}
