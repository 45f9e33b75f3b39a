import { expect } from 'vitest'
import type { BedrockLocalOptions, LocalGuardrail } from '../src/index.js'
import type { Input } from './helpers.js'

/** What the tests of guardrails share. */
export const guardrail: LocalGuardrail = {
  id: 'gr1',
  version: '1',
  words: ['forbidden'],
  topics: [{ name: 'Investments', keywords: ['stocks'] }],
  pii: [{ type: 'EMAIL', action: 'ANONYMIZE' }],
  blockedInputMessaging: 'I may not hear this.',
  blockedOutputsMessaging: 'I may not say this.',
  chunkCharacters: 40,
}

const config = { guardrailIdentifier: 'gr1', guardrailVersion: '1', trace: 'enabled' } as const

export function ask(text: string, more: object = {}): Input {
  return { messages: [{ role: 'user', content: [{ text }] }], guardrailConfig: { ...config, ...more } }
}

export function guarded(reply: BedrockLocalOptions['reply'], more: Partial<LocalGuardrail> = {}): BedrockLocalOptions {
  return { ...(reply && { reply }), guardrails: [{ ...guardrail, ...more }] }
}

/** What the service says of itself in every assessment. */
export function metrics(guardedCharacters: number, total = guardedCharacters) {
  const units = guardedCharacters > 0 ? 1 : 0
  return {
    invocationMetrics: {
      guardrailProcessingLatency: expect.any(Number),
      usage: {
        topicPolicyUnits: units,
        contentPolicyUnits: 0,
        wordPolicyUnits: units,
        sensitiveInformationPolicyUnits: units,
        sensitiveInformationPolicyFreeUnits: 0,
        contextualGroundingPolicyUnits: 0,
        contentPolicyImageUnits: 0,
        automatedReasoningPolicyUnits: 0,
        automatedReasoningPolicies: 0,
      },
      guardrailCoverage: { textCharacters: { guarded: guardedCharacters, total } },
    },
    appliedGuardrailDetails: {
      guardrailId: 'gr1',
      guardrailVersion: '1',
      guardrailArn: 'arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1',
      guardrailOrigin: ['REQUEST'],
      guardrailOwnership: 'SELF',
    },
  }
}

export const forbidden = {
  wordPolicy: {
    customWords: [{ match: 'forbidden', action: 'BLOCKED', detected: true }],
    managedWordLists: [],
  },
}
