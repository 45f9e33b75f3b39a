import type { JsonObject } from '@x/types'
import { applyGuardrail } from './apply-guardrail.js'
import { countTokens } from './count-tokens.js'
import type { LocalGuardrail } from './guardrail.js'
import { getFoundationModel, getInferenceProfile, listFoundationModels, listInferenceProfiles } from './list-models.js'
import type { Refusal } from './refusal.js'
import type { RuleContext } from './rule.js'

/** What an operation that no model answers is asked with. */
interface JsonCall {
  /** Labels of the path, decoded. */
  readonly labels: readonly string[]
  readonly query: URLSearchParams
  readonly body: JsonObject
  readonly context: RuleContext & { readonly region: string }
  readonly now: Date
  readonly rules: boolean
  readonly guardrails: readonly LocalGuardrail[]
}

/** One operation that takes JSON, or nothing, and answers with JSON. */
export interface JsonOperation {
  readonly name:
    | 'CountTokens'
    | 'ApplyGuardrail'
    | 'ListFoundationModels'
    | 'GetFoundationModel'
    | 'ListInferenceProfiles'
    | 'GetInferenceProfile'
  readonly method: 'GET' | 'POST'
  /** Its groups are labels; `modelId` is the name of the one that holds a model's id. */
  readonly path: RegExp
  answer(call: JsonCall): object | Refusal
}

/** The control plane stands on the same port, as one endpoint serves tests of both. */
const operations: readonly JsonOperation[] = [
  {
    name: 'CountTokens',
    method: 'POST',
    path: /^\/model\/(?<modelId>[^/]+)\/count-tokens$/,
    answer: ({ labels: [modelId = ''], body, rules, context }) =>
      countTokens(modelId, body, rules ? context : undefined),
  },
  {
    name: 'ApplyGuardrail',
    method: 'POST',
    path: /^\/guardrail\/([^/]+)\/version\/([^/]+)\/apply$/,
    answer: ({ labels: [guardrailIdentifier = '', guardrailVersion = ''], body, guardrails }) =>
      applyGuardrail(guardrails, { guardrailIdentifier, guardrailVersion, body }),
  },
  {
    name: 'ListFoundationModels',
    method: 'GET',
    path: /^\/foundation-models$/,
    answer: ({ query, context, now }) => listFoundationModels(query, context.region, now),
  },
  {
    name: 'GetFoundationModel',
    method: 'GET',
    path: /^\/foundation-models\/([^/]+)$/,
    answer: ({ labels: [identifier = ''], context, now }) => getFoundationModel(identifier, context.region, now),
  },
  {
    name: 'ListInferenceProfiles',
    method: 'GET',
    path: /^\/inference-profiles$/,
    answer: ({ query, context, now }) => listInferenceProfiles(query, context.region, now),
  },
  {
    name: 'GetInferenceProfile',
    method: 'GET',
    path: /^\/inference-profiles\/([^/]+)$/,
    answer: ({ labels: [identifier = ''], context, now }) => getInferenceProfile(identifier, context.region, now),
  },
]

/** Which of these operations a request line asks for, with its labels decoded; `undefined` for none. */
export function findJsonOperation(
  method: string,
  path: string,
): { readonly operation: JsonOperation; readonly modelId: string; readonly labels: readonly string[] } | undefined {
  const [pathname = ''] = path.split('?')
  for (const operation of operations) {
    const match = operation.method === method ? operation.path.exec(pathname) : null
    if (match) return { operation, modelId: decoded(match.groups?.modelId ?? ''), labels: match.slice(1).map(decoded) }
  }
  return undefined
}

function decoded(label: string): string {
  try {
    return decodeURIComponent(label)
  } catch {
    return label
  }
}
