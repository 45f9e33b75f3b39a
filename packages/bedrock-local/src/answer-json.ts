import type { JsonObject } from '@x/types'
import type { Exchange } from './exchange.js'
import type { LocalGuardrail } from './guardrail.js'
import type { JsonOperation } from './json-operations.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { RuleOptions } from './rule-context.js'
import { ruleContext } from './rule-context.js'

interface JsonAnswering {
  readonly rules: boolean
  readonly ruleOptions: RuleOptions
  readonly guardrails: readonly LocalGuardrail[] | undefined
}

/** What an operation that no model answers says to a request. One that fails is told apart from the service's refusals. */
export function answerJson(
  { path, headers }: Exchange,
  { operation, labels }: { readonly operation: JsonOperation; readonly labels: readonly string[] },
  body: object,
  { rules, ruleOptions, guardrails = [] }: JsonAnswering,
): object | Refusal {
  const [, query = ''] = path.split(/\?(.*)/s)
  const context = ruleContext(ruleOptions, headers)
  const now = new Date((ruleOptions.now ?? Date.now)())
  const call = { labels, query: new URLSearchParams(query), body: body as JsonObject, context, now, rules, guardrails }
  try {
    return operation.answer(call)
  } catch (error) {
    return { ...invalid(`bedrock-local has no answer: ${(error as Error).message}`), error: 'LocalReplyError' }
  }
}
