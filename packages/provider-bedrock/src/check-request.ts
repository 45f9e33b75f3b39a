import type { ModelRequest, SystemPart } from '@x/types'
import { checkCacheBudget } from './check-cache-budget.js'
import { checkConversation } from './check-conversation.js'
import { checkPart } from './check-part.js'
import { checkReasoningOption } from './check-reasoning-option.js'
import { checkSettings } from './check-settings.js'
import { checkTools } from './check-tools.js'
import type { BedrockConfig } from './config.js'
import type { Finding } from './finding.js'
import { finding, under } from './finding.js'
import type { Quirks } from './quirks.js'
import { quirksOf } from './quirks.js'

export interface CheckedRequest {
  /** The request as it can be sent; the one given, if nothing had to be repaired. */
  readonly request: ModelRequest
  readonly findings: readonly Finding[]
}

/**
 * Finds what the service would refuse, offline, and repairs what can be repaired without changing what is meant. Pure:
 * the request given stays as it is, and parts that need no repair keep their identity.
 */
export function checkRequest(config: BedrockConfig, request: ModelRequest): CheckedRequest {
  const misshapen = (['messages', 'system', 'tools'] as const).find(
    (key) => (key === 'messages' || request[key] !== undefined) && !Array.isArray(request[key]),
  )
  if (misshapen) return { request, findings: [finding('error', 'message-shape', misshapen, 'It is a list.')] }
  const quirks = quirksOf(config.modelId, config.family)
  const conversation = checkConversation(request.messages, config, quirks)
  const system = request.system && checkSystem(request.system, quirks)
  const tools = request.tools && checkTools(request.tools, quirks, config.strictTools === true)
  const findings = [...conversation.findings, ...(system?.findings ?? []), ...(tools?.findings ?? [])]
  const repaired: ModelRequest = {
    ...request,
    messages: conversation.messages,
    ...(system && { system: system.parts }),
    ...(tools && { tools: tools.tools }),
  }
  const isSame = (['messages', 'system', 'tools'] as const).every((key) => repaired[key] === request[key])
  const budget = checkCacheBudget(isSame ? request : repaired)
  const reasoning = checkReasoningOption(config, budget.request, quirks)
  findings.push(...budget.findings, ...reasoning.findings)
  const settled = reasoning.choice ? { ...budget.request, ...reasoning.choice } : budget.request
  findings.push(...checkSettings(reasoning.config, settled, quirks))
  return { request: settled, findings }
}

function checkSystem(parts: readonly SystemPart[], quirks: Quirks) {
  const findings: Finding[] = []
  const kept: SystemPart[] = []
  let isBegun = false
  for (const [place, part] of parts.entries()) {
    const checked = checkPart(part, { quirks, ownFamily: true, role: 'system' })
    findings.push(...under(`system.${place}`, checked.findings))
    if (!checked.part) continue
    const isPoint = part.type === 'cache-point'
    if (isPoint && !isBegun) {
      const message = 'Nothing comes before the cache point.'
      findings.push(finding('repaired', 'cache-point-place', `system.${place}`, message, 'left out'))
      continue
    }
    isBegun ||= !isPoint && !(part.type === 'text' && part.text.trim() === '')
    kept.push(checked.part as SystemPart)
  }
  if (isBegun && quirks.refuses.system) {
    const message = `${quirks.family} models take no system prompt: say it in the first user message.`
    findings.push(finding('error', 'system-unsupported', 'system', message))
  }
  const same = kept.length === parts.length && kept.every((part, place) => part === parts[place])
  return { parts: same ? parts : kept, findings }
}
