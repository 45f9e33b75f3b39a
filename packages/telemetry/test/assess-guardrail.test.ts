import { describe, expect, it } from 'vitest'
import { assessGuardrail, describeGuardrail } from '../src/assess-guardrail.js'

const trace = {
  guardrail: {
    inputAssessment: {
      gr1: {
        topicPolicy: { topics: [{ name: 'Finance', type: 'DENY', action: 'BLOCKED', detected: true }] },
        contentPolicy: {
          filters: [
            { type: 'VIOLENCE', confidence: 'HIGH', action: 'NONE', detected: true },
            { type: 'HATE', confidence: 'NONE', action: 'NONE', detected: false },
          ],
        },
        invocationMetrics: { guardrailProcessingLatency: 12 },
      },
    },
    outputAssessments: {
      gr1: [
        { sensitiveInformationPolicy: { piiEntities: [{ type: 'EMAIL', match: 'a@b.c', action: 'ANONYMIZED' }] } },
        { sensitiveInformationPolicy: { regexes: [{ name: 'order', match: 'x-1', action: 'BLOCKED' }] } },
        { futurePolicy: { rules: [{ name: 'new', action: 'BLOCKED', detected: true }] } },
      ],
    },
  },
}

describe('the assessment of a guardrail', () => {
  it('is one for each side and policy that found something, with names and without matches', () => {
    const gr1 = { guardrailId: 'gr1' }
    expect(assessGuardrail(trace)).toEqual([
      { ...gr1, side: 'input', policy: 'topic', action: 'blocked', findings: ['Finance'] },
      { ...gr1, side: 'input', policy: 'content', action: 'none', findings: ['VIOLENCE'] },
      { ...gr1, side: 'output', policy: 'sensitive-information', action: 'blocked', findings: ['EMAIL', 'order'] },
      { ...gr1, side: 'output', policy: 'future', action: 'blocked', findings: ['new'] },
    ])
  })

  it('of a whole call is its strongest action, and none when nothing was found', () => {
    expect(describeGuardrail(trace)).toEqual({
      'aws.bedrock.guardrail.action': 'blocked',
      'aws.bedrock.guardrail.policies': ['topic', 'content', 'sensitive-information', 'future'],
    })
    expect(describeGuardrail({ guardrail: { inputAssessment: { gr1: {} } } })).toEqual({
      'aws.bedrock.guardrail.action': 'none',
      'aws.bedrock.guardrail.policies': [],
    })
  })

  it.each([
    undefined,
    null,
    'text',
    [],
    { guardrail: null },
    { guardrail: { inputAssessment: [1], outputAssessments: { gr1: 'x' } } },
  ])('is empty for %j', (trace) => expect(assessGuardrail(trace)).toEqual([]))

  it('is not told when the answer has no trace of a guardrail', () => {
    expect(describeGuardrail(undefined)).toEqual({})
    expect(describeGuardrail({ promptRouter: {} })).toEqual({})
  })
})
