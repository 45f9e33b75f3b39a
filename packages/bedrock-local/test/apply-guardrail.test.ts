import type { ApplyGuardrailCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { ApplyGuardrailCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { LocalGuardrail } from '../src/index.js'
import type { HttpVersion } from './helpers.js'
import { clientOf, httpVersions, withLocal } from './helpers.js'

const guardrail: LocalGuardrail = {
  id: 'gr1',
  topics: [{ name: 'Investments', keywords: ['stocks'] }],
  contentFilters: [{ type: 'VIOLENCE', keywords: ['fight'], confidence: 'MEDIUM' }],
  pii: [{ type: 'EMAIL', action: 'ANONYMIZE' }],
  regexes: [{ name: 'claim_number', pattern: 'CLM-\\d{4}', action: 'ANONYMIZE' }],
}

const arn = 'arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1'

type Asked = Partial<ApplyGuardrailCommandInput>

function apply(asked: Asked, guardrails: readonly LocalGuardrail[] = [guardrail], version: HttpVersion = 'HTTP/2') {
  return withLocal({ reply: [], guardrails }, (local) =>
    clientOf(local, version).send(
      new ApplyGuardrailCommand({
        guardrailIdentifier: 'gr1',
        guardrailVersion: 'DRAFT',
        source: 'OUTPUT',
        content: [],
        ...asked,
      }),
    ),
  )
}

function texts(...list: readonly string[]): Asked {
  return { content: list.map((text) => ({ text: { text } })) }
}

function usage(units: number) {
  return {
    topicPolicyUnits: units,
    contentPolicyUnits: units,
    wordPolicyUnits: 0,
    sensitiveInformationPolicyUnits: units,
    sensitiveInformationPolicyFreeUnits: units,
    contextualGroundingPolicyUnits: 0,
    contentPolicyImageUnits: 0,
    automatedReasoningPolicyUnits: 0,
    automatedReasoningPolicies: 0,
  }
}

describe('ApplyGuardrail', () => {
  it.each(httpVersions)('lets a text pass over %s', async (version) => {
    const { $metadata, ...answer } = await apply(texts('A fine day.'), [guardrail], version)
    expect($metadata.httpStatusCode).toBe(200)
    const guardrailCoverage = { textCharacters: { guarded: 11, total: 11 } }
    expect(answer).toEqual({
      usage: usage(1),
      action: 'NONE',
      actionReason: 'No action.',
      outputs: [],
      assessments: [
        {
          invocationMetrics: { guardrailProcessingLatency: expect.any(Number), usage: usage(1), guardrailCoverage },
          appliedGuardrailDetails: {
            guardrailId: 'gr1',
            guardrailVersion: 'DRAFT',
            guardrailArn: arn,
            guardrailOrigin: ['REQUEST'],
            guardrailOwnership: 'SELF',
          },
        },
      ],
      guardrailCoverage,
    })
  })

  it('gives the blocked message of the side it was asked about', async () => {
    const own = { ...guardrail, blockedInputMessaging: 'Not in.', blockedOutputsMessaging: 'Not out.' }
    const input = await apply({ ...texts('Buy stocks.'), source: 'INPUT' }, [own])
    expect(input).toMatchObject({
      action: 'GUARDRAIL_INTERVENED',
      actionReason: 'Guardrail blocked.',
      outputs: [{ text: 'Not in.' }],
      assessments: [
        { topicPolicy: { topics: [{ name: 'Investments', type: 'DENY', action: 'BLOCKED', detected: true }] } },
      ],
    })
    expect((await apply(texts('Buy stocks.'), [own])).outputs).toEqual([{ text: 'Not out.' }])
    expect((await apply(texts('Buy stocks.'))).outputs).toEqual([
      { text: 'Sorry, the model cannot answer this question.' },
    ])
  })

  it('gives the texts back with what is anonymized replaced, each by itself', async () => {
    const answer = await apply(texts('Claim CLM-2608, a@example.com.', 'Nothing here.'))
    expect(answer).toMatchObject({
      action: 'GUARDRAIL_INTERVENED',
      actionReason: 'Guardrail masked.',
      outputs: [{ text: 'Claim {claim_number}, {EMAIL}.' }, { text: 'Nothing here.' }],
    })
    expect(answer.assessments?.[0]?.sensitiveInformationPolicy).toEqual({
      piiEntities: [{ match: 'a@example.com', type: 'EMAIL', action: 'ANONYMIZED', detected: true }],
      regexes: [{ name: 'claim_number', match: 'CLM-2608', regex: 'CLM-\\d{4}', action: 'ANONYMIZED', detected: true }],
    })
  })

  it('tells what it did not find when the whole scope is asked for', async () => {
    const answer = await apply({ ...texts('A fine day.'), outputScope: 'FULL' })
    expect(answer.assessments?.[0]).toMatchObject({
      topicPolicy: { topics: [{ name: 'Investments', action: 'NONE', detected: false }] },
      contentPolicy: {
        filters: [{ type: 'VIOLENCE', confidence: 'NONE', filterStrength: 'HIGH', action: 'NONE', detected: false }],
      },
    })
  })

  it('counts a unit for each thousand characters, and images without judging them', async () => {
    const image = { image: { format: 'png' as const, source: { bytes: new Uint8Array([1, 2, 3]) } } }
    const answer = await apply({ content: [{ text: { text: 'a'.repeat(1001) } }, image] })
    expect(answer.usage).toEqual(usage(2))
    expect(answer.guardrailCoverage).toEqual({
      textCharacters: { guarded: 1001, total: 1001 },
      images: { guarded: 0, total: 1 },
    })
  })

  it('holds output to its source and query, and needs them', async () => {
    const grounded = { ...guardrail, grounding: { groundingThreshold: 0.7, relevanceThreshold: 0.5 } }
    const asked = (answer: string): Asked => ({
      content: [
        { text: { text: 'London is the capital of England.', qualifiers: ['grounding_source'] } },
        { text: { text: 'What is the capital of England?', qualifiers: ['query'] } },
        { text: { text: answer, qualifiers: ['guard_content'] } },
      ],
    })
    expect((await apply(asked('The capital of England is London.'), [grounded])).action).toBe('NONE')
    const wrong = await apply(asked('Bananas are yellow.'), [grounded])
    expect(wrong.action).toBe('GUARDRAIL_INTERVENED')
    expect(wrong.guardrailCoverage?.textCharacters).toEqual({ guarded: 19, total: 83 })
    expect(wrong.assessments?.[0]?.contextualGroundingPolicy?.filters?.map(({ type }) => type)).toEqual([
      'GROUNDING',
      'RELEVANCE',
    ])
    await expect(apply(texts('Bananas are yellow.'), [grounded])).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('does not contain the grounding source'),
    })
    expect((await apply({ ...texts('Bananas are yellow.'), source: 'INPUT' }, [grounded])).action).toBe('NONE')
  })

  it('finds a guardrail by its ARN', async () => {
    expect((await apply({ ...texts('Hi.'), guardrailIdentifier: arn })).action).toBe('NONE')
  })

  it.each<[string, Asked, string]>([
    [
      'a guardrail that does not exist',
      { guardrailIdentifier: 'other' },
      'identifier or version provided in the request',
    ],
    ['a version that does not exist', { guardrailVersion: '9' }, 'identifier or version provided in the request'],
    ['a source that is none', { source: 'BOTH' as never }, "Value at 'source' failed to satisfy constraint"],
    ['a scope that is none', { outputScope: 'SOME' as never }, "Value at 'outputScope' failed to satisfy constraint"],
    ['content that is missing', { content: undefined as never }, "Value at 'content' failed to satisfy constraint"],
    [
      'content of no known kind',
      { content: [{} as never] },
      "Value at 'content.1.member' failed to satisfy constraint",
    ],
  ])('refuses %s', async (_what, asked, message) => {
    await expect(apply(asked)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    })
  })

  it('is refused by an endpoint without guardrails, as nothing can be found there', async () => {
    await expect(apply(texts('Hi.'), [])).rejects.toMatchObject({ name: 'ValidationException' })
  })

  it('takes no reply and says which operation it was in the record', async () => {
    await withLocal({ reply: ['kept'], guardrails: [guardrail] }, async (local) => {
      const input = { guardrailIdentifier: 'gr1', guardrailVersion: 'DRAFT', source: 'INPUT' as const, content: [] }
      await clientOf(local).send(new ApplyGuardrailCommand(input))
      expect(local.requests[0]).toMatchObject({ operation: 'ApplyGuardrail', status: 200 })
    })
  })
})
