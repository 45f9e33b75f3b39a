import type { AssistantMessage, Message, StopReason, SystemPart } from '@x/types'
import {
  ATTR_GEN_AI_INPUT_MESSAGES,
  ATTR_GEN_AI_OUTPUT_MESSAGES,
  ATTR_GEN_AI_SYSTEM_INSTRUCTIONS,
} from './attributes.js'
import type { Content } from './describe-content.js'
import type { Say } from './to-otel-messages.js'
import { toOtelAnswer, toOtelInstruction, toOtelMessage } from './to-otel-messages.js'

export function systemContent(system: readonly SystemPart[] | undefined): Content[] {
  if (!system) return []
  const items = system.map((part) => (say: Say) => toOtelInstruction(part, say))
  return [{ attribute: ATTR_GEN_AI_SYSTEM_INSTRUCTIONS, items }]
}

export function inputContent(messages: readonly Message[]): Content {
  return {
    attribute: ATTR_GEN_AI_INPUT_MESSAGES,
    items: messages.map((message) => (say) => [toOtelMessage(message, say)]),
  }
}

export function outputContent(message: AssistantMessage, stopReason: StopReason): Content {
  return {
    attribute: ATTR_GEN_AI_OUTPUT_MESSAGES,
    items: [(say) => [toOtelAnswer(message, stopReason, say)]],
  }
}
