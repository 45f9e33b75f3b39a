import type { JsonObject, Message, ModelRequest, Part } from '@x/types'
import { isSent } from './check-message.js'
import type { BedrockConfig } from './config.js'
import type { Finding } from './finding.js'
import { finding } from './finding.js'
import type { Quirks } from './quirks.js'
import { isOwnFamily } from './to-messages.js'

/** Reasoning that is asked for, and what it excludes. */
export function checkThinking(config: BedrockConfig, request: ModelRequest, quirks: Quirks): Finding[] {
  const thinking = objectAt(config.additionalRequestFields, 'thinking')
  return [...(thinking ? checkClaude(thinking, config, request, quirks) : []), ...checkEffort(config)]
}

/** Claude's reasoning; no other family has a field of this name. */
function checkClaude(thinking: JsonObject, config: BedrockConfig, request: ModelRequest, quirks: Quirks): Finding[] {
  const { type, budget_tokens: budget } = thinking
  const path = 'config.additionalRequestFields.thinking'
  const forced = request.toolChoice === 'any' || typeof request.toolChoice === 'object'
  const kind = thinkingKind(type, quirks)
  if (kind) return [finding('error', 'thinking-kind', path, kind)]
  if (type !== 'enabled') {
    const message = 'Not every model that thinks adaptively lets a tool be forced.'
    return type === 'adaptive' && forced ? [finding('warning', 'thinking-tool-choice', 'toolChoice', message)] : []
  }
  const { maxTokens, temperature, topP } = config
  const findings: Finding[] = []
  const add = (rule: Finding['rule'], where: string, message: string) =>
    findings.push(finding('error', rule, where, message))
  if (typeof budget === 'number' && budget < 1024) add('thinking-budget', path, `${budget} is less than 1024.`)
  if (typeof budget === 'number' && maxTokens !== undefined && maxTokens <= budget) {
    add('thinking-budget', 'config.maxTokens', `maxTokens (${maxTokens}) is no more than the budget (${budget}).`)
  }
  if (temperature !== undefined && temperature !== 1) {
    add('thinking-sampling', 'config.temperature', 'With thinking, temperature is 1 or unset.')
  }
  if (topP !== undefined && topP < 0.95) {
    add('thinking-sampling', 'config.topP', 'With thinking, topP is at least 0.95 or unset.')
  }
  if (config.additionalRequestFields?.top_k !== undefined) {
    add('thinking-sampling', 'config.additionalRequestFields.top_k', 'With thinking, top_k is unset.')
  }
  if (forced) add('thinking-tool-choice', 'toolChoice', 'With a budget for thinking no tool can be forced.')
  return [...findings, ...checkHistory(config.modelId, request, quirks)]
}

function thinkingKind(type: unknown, { reasoning, refuses, family }: Quirks): string | undefined {
  if (type !== 'enabled' && type !== 'adaptive') return undefined
  if (reasoning === 'none') return `This ${family} model does not think.`
  if (type === 'enabled' && refuses.thinkingBudget) {
    return 'This model thinks adaptively and takes no budget: { "type": "adaptive" }.'
  }
  const isBudgeted = typeof reasoning === 'object' && !reasoning.effort
  return type === 'adaptive' && isBudgeted ? 'This model thinks with a budget, not adaptively.' : undefined
}

/** Only the answer whose tools are being answered: thoughts of earlier ones may be missing. */
function checkHistory(modelId: string, { messages }: ModelRequest, quirks: Quirks): Finding[] {
  // What could not be read has been reported.
  if (!messages.every((message) => Array.isArray(message?.content))) return []
  let first: Part | undefined
  let index = -1
  let isAnswered = false
  for (let place = messages.length - 1; place >= 0; place--) {
    const message = messages[place] as Message
    const replays = quirks.replaysReasoning && isOwnFamily(message, modelId, quirks.family)
    const sent = (message.content as readonly Part[]).find((part) => part && isSent(part, replays))
    if (!sent) continue
    if (message.role === 'assistant') [first, index] = [sent, place]
    else if (first) break
    else isAnswered ||= message.role === 'tool'
  }
  if (!first || !isAnswered || first.type === 'reasoning' || first.type === 'provider') return []
  const message = 'The answer that called the tools has no reasoning to send back: ask without thinking.'
  return [finding('error', 'thinking-history', `messages.${index}`, message)]
}

/** Nova's reasoning; no other family has a field of this name. */
function checkEffort(config: BedrockConfig): Finding[] {
  const reasoning = objectAt(config.additionalRequestFields, 'reasoningConfig')
  if (reasoning?.type !== 'enabled' || reasoning.maxReasoningEffort !== 'high') return []
  const set = (['maxTokens', 'temperature', 'topP'] as const).filter((name) => config[name] !== undefined)
  return set.map((name) => finding('error', 'reasoning-effort', `config.${name}`, `High effort takes no ${name}.`))
}

function objectAt(value: JsonObject | undefined, name: string): JsonObject | undefined {
  const member = value?.[name]
  return typeof member === 'object' && member !== null && !Array.isArray(member) ? (member as JsonObject) : undefined
}
