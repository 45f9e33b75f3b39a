import type { GuardrailTraceAssessment } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { LocalGuardrail } from '../src/index.js'
import { fixture, fixturesNote, haveFixtures } from './fixtures.js'
import type { Input } from './helpers.js'
import { clientOf, converse, converseStream, withLocal } from './helpers.js'

interface Recorded {
  readonly id: string
  readonly input: { readonly body?: string; readonly events?: readonly (readonly [string, object])[] }
}

describe.skipIf(!haveFixtures)(`a recorded guardrail${fixturesNote}`, () => {
  // It took the names of countries and towns for addresses.
  const recorded: LocalGuardrail = {
    id: '5zwrmdlsra2e',
    words: ['unspeakable'],
    topics: [{ name: 'Nothing', keywords: ['nothing'] }],
    contentFilters: [{ type: 'HATE', keywords: ['hate'] }],
    pii: [{ type: 'ADDRESS', action: 'ANONYMIZE', side: 'output', values: ['Italy', 'Rome', 'Japan', 'Tokyo'] }],
  }
  const input: Input = {
    modelId: 'amazon.titan-text-express-v1',
    messages: [
      { role: 'user', content: [{ text: 'what is the capital of Italy?' }] },
      { role: 'user', content: [{ text: 'what is the capital of Japan?' }] },
    ],
    guardrailConfig: { guardrailIdentifier: '5zwrmdlsra2e', guardrailVersion: 'DRAFT', trace: 'enabled' },
  }

  /** What this endpoint adds, and what differs from run to run. */
  function comparable(trace: GuardrailTraceAssessment | undefined) {
    const cut = (assessment: { [policy: string]: unknown }) => {
      const {
        appliedGuardrailDetails: _details,
        invocationMetrics,
        sensitiveInformationPolicy,
        ...policies
      } = assessment
      const { piiEntities } = (sensitiveInformationPolicy ?? {}) as { readonly piiEntities?: unknown }
      const { guardrailCoverage } = invocationMetrics as { readonly guardrailCoverage: unknown }
      return { ...policies, piiEntities, guardrailCoverage }
    }
    return {
      actionReason: trace?.actionReason,
      input: Object.values(trace?.inputAssessment ?? {}).map((one) => cut({ ...one })),
      output: Object.values(trace?.outputAssessments ?? {}).map((list) => list.map((one) => cut({ ...one }))),
    }
  }

  it('is played as it was, whole', async () => {
    const [found] = fixture<Recorded>('converse-responses.json').filter(
      ({ id }) => id === 'resp.openllmetry.guardrail-converse.0',
    )
    const body = JSON.parse(JSON.stringify(found?.input.body ?? {}))
    const said = '\nThe capital of Italy is Rome, and the capital of Japan is Tokyo.'
    await withLocal({ reply: [said], guardrails: [recorded] }, async (local) => {
      const answer = await converse(clientOf(local), input)
      expect(answer.output?.message).toEqual(body.output.message)
      expect(answer.stopReason).toBe(body.stopReason)
      expect(comparable(answer.trace?.guardrail)).toEqual(comparable(body.trace.guardrail))
    })
  })

  it('is played as it was, streaming', async () => {
    const [found] = fixture<Recorded>('converse-streams.json').filter(
      ({ id }) => id === 'stream.openllmetry.guardrail-converse-stream.0',
    )
    const events = (found?.input.events ?? []).map(([type, payload]) => ({ [type]: payload }))
    const recordedEnd = events.at(-1)?.metadata as { trace: { guardrail: GuardrailTraceAssessment } }
    const said = '\nThe capital of Italy is Rome. The capital of Japan is Tokyo.'
    await withLocal({ reply: [said], guardrails: [recorded] }, async (local) => {
      const answer = await converseStream(clientOf(local), input)
      expect(answer.events.slice(0, -1)).toEqual(events.slice(0, -1))
      const trace = answer.events.at(-1)?.metadata?.trace?.guardrail
      expect(comparable(trace)).toEqual(comparable(recordedEnd.trace.guardrail))
      expect(trace?.modelOutput).toEqual(recordedEnd.trace.guardrail.modelOutput)
    })
  })
})
