import { randomBytes } from 'node:crypto'
import type { JsonObject, JsonValue } from '@x/types'
import { estimateUsage } from './estimate-usage.js'
import type { Fault } from './fault.js'
import type { LocalRequest, WholeReply } from './reply.js'
import type { WireBlock, WireToolUse, WireUsage } from './wire.js'

/** A reply with everything filled in that it left open. */
export interface Answer {
  readonly content: readonly WireBlock[]
  readonly stopReason: string
  readonly usage: WireUsage
  /** The reply said itself what the prompt cost, so no prompt cache is reckoned with. */
  readonly inputTokensGiven?: boolean
  readonly deltaLength: number | undefined
  /** The text of each block, delta by delta, where a guardrail has decided on it. */
  readonly pieces?: readonly (readonly string[] | undefined)[]
  readonly delayMs: number
  readonly firstDelayMs: number
  latencyMs(): number
  readonly additionalModelResponseFields: JsonObject | undefined
  readonly trace: JsonObject | undefined
  readonly fault: Fault | undefined
}

export interface Pace {
  readonly firstDelayMs: number
  readonly delayMs: number
}

/** `pace` holds for replies that do not set their own; time is measured from this call on. */
export function answerOf(reply: WholeReply, request: LocalRequest, pace: Pace): Answer {
  const started = performance.now()
  const parts = typeof reply === 'string' ? { content: [{ text: reply }] } : reply
  const content = (parts.content ?? []).map(withCallId)
  const callsTool = content.some((block) => block.toolUse && block.toolUse.type !== 'server_tool_use')
  const { deltaLength } = parts
  return {
    content,
    stopReason: parts.stopReason ?? (callsTool ? 'tool_use' : 'end_turn'),
    usage: usageOf(parts.usage, estimateUsage(request.body, content)),
    inputTokensGiven: promptKeys.some((key) => parts.usage?.[key] !== undefined),
    deltaLength: deltaLength === undefined ? undefined : Math.max(1, Math.floor(deltaLength)),
    delayMs: parts.delayMs ?? pace.delayMs,
    firstDelayMs: parts.firstDelayMs ?? pace.firstDelayMs,
    latencyMs: () => parts.latencyMs ?? Math.max(1, Math.round(performance.now() - started)),
    additionalModelResponseFields: parts.additionalModelResponseFields,
    trace: parts.trace,
    fault: parts.fault,
  }
}

const promptKeys = ['inputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens', 'cacheDetails'] as const

/** The body of a Converse response. */
export function toConverseResponse(answer: Answer): object {
  const { stopReason, usage, additionalModelResponseFields, trace } = answer
  return {
    ...(additionalModelResponseFields && { additionalModelResponseFields }),
    metrics: { latencyMs: answer.latencyMs() },
    output: { message: { content: answer.content.map(toWholeBlock), role: 'assistant' } },
    stopReason,
    ...(trace && { trace }),
    usage,
  }
}

function toWholeBlock(block: WireBlock): WireBlock {
  if (block.toolUse?.inputText === undefined) return block
  const { inputText, ...rest } = block.toolUse
  return { toolUse: { ...rest, input: parsedOrText(inputText) } }
}

function parsedOrText(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}

function withCallId(block: WireBlock): WireBlock {
  if (!block.toolUse) return block
  const toolUse: WireToolUse = { ...block.toolUse, toolUseId: block.toolUse.toolUseId ?? newCallId() }
  return { toolUse: toolUse.inputText === undefined ? { ...toolUse, input: toolUse.input ?? {} } : toolUse }
}

function newCallId(): string {
  return `tooluse_${randomBytes(32).toString('base64').replace(/[+/=]/g, '').slice(0, 22)}`
}

/** `totalTokens` counts cached tokens too, as the service does. */
function usageOf(given: Partial<WireUsage> = {}, estimated: WireUsage): WireUsage {
  const { inputTokens, outputTokens } = { ...estimated, ...given }
  const cached = (given.cacheReadInputTokens ?? 0) + (given.cacheWriteInputTokens ?? 0)
  return { ...given, inputTokens, outputTokens, totalTokens: given.totalTokens ?? inputTokens + outputTokens + cached }
}
