import { describe, expect, it } from 'vitest'
import { guardrailOf } from '../src/guardrail-of.js'

const place = { side: 'input', guardrailId: 'g' } as const

describe('guardrailOf', () => {
  it('finds nothing where there is no guardrail', () => {
    for (const trace of [undefined, null, 'x', [], {}, { promptRouter: {} }, { guardrail: 'x' }]) {
      expect(guardrailOf(trace)).toBeUndefined()
    }
    expect(guardrailOf({ guardrail: {} })).toEqual({ action: 'none', blocked: [], findings: [] })
  })

  it('reads every policy of both sides', () => {
    const found = { action: 'BLOCKED', detected: true }
    const inputAssessment = {
      g: {
        topicPolicy: { topics: [{ name: 'Fiduciary advice', type: 'DENY', ...found }] },
        contentPolicy: { filters: [{ type: 'HATE', confidence: 'HIGH', filterStrength: 'LOW', ...found }] },
        wordPolicy: {
          customWords: [{ match: 'w', ...found }],
          managedWordLists: [{ match: 'm', type: 'PROFANITY', ...found }],
        },
        invocationMetrics: { guardrailProcessingLatency: 5, usage: { topicPolicyUnits: 1 } },
        appliedGuardrailDetails: { guardrailId: 'g', guardrailOrigin: ['REQUEST'] },
      },
    }
    const outputAssessments = {
      g: [
        {
          sensitiveInformationPolicy: {
            piiEntities: [{ match: 'a@b', type: 'EMAIL', action: 'ANONYMIZED', detected: true }],
            regexes: [{ name: 'plate', match: 'X-1', regex: '.', action: 'NONE', detected: true }],
          },
        },
        { contextualGroundingPolicy: { filters: [{ type: 'GROUNDING', threshold: 0.7, score: 0.2, ...found }] } },
      ],
    }

    expect(
      guardrailOf({ guardrail: { inputAssessment, outputAssessments, actionReason: 'Guardrail blocked.' } }),
    ).toEqual({
      action: 'blocked',
      blocked: ['input', 'output'],
      reason: 'Guardrail blocked.',
      findings: [
        { ...place, policy: 'topic', action: 'blocked', name: 'Fiduciary advice' },
        { ...place, policy: 'content', action: 'blocked', name: 'HATE', confidence: 'HIGH' },
        { ...place, policy: 'word', action: 'blocked', match: 'w' },
        { ...place, policy: 'word', action: 'blocked', match: 'm', name: 'PROFANITY' },
        {
          ...place,
          side: 'output',
          policy: 'sensitive-information',
          action: 'anonymized',
          name: 'EMAIL',
          match: 'a@b',
        },
        { ...place, side: 'output', policy: 'sensitive-information', action: 'none', name: 'plate', match: 'X-1' },
        {
          ...{ ...place, side: 'output', policy: 'contextual-grounding', action: 'blocked' },
          ...{ name: 'GROUNDING', score: 0.2, threshold: 0.7 },
        },
      ],
    })
  })

  it('leaves out what a full trace looked at and did not detect', () => {
    const filters = [{ type: 'HATE', confidence: 'NONE', action: 'NONE', detected: false }]
    const topics = [{ name: 'T', type: 'DENY', action: 'NONE' }]
    const inputAssessment = { g: { contentPolicy: { filters }, topicPolicy: { topics } } }

    expect(guardrailOf({ guardrail: { inputAssessment } })).toEqual({ action: 'none', blocked: [], findings: [] })
  })

  it('takes an action for a detection in traces that do not say so, and reads policies of a later day', () => {
    const inputAssessment = { g: { fancyNewPolicy: { things: [{ type: 'THING', action: 'BLOCKED' }] } } }

    expect(guardrailOf({ guardrail: { inputAssessment } })).toMatchObject({
      blocked: ['input'],
      findings: [{ policy: 'fancy-new', name: 'THING' }],
    })
  })
})
