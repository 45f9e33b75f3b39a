import type { BedrockLocal } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig, Finding } from '@x/provider-bedrock'
import { bedrock, checkRequest } from '@x/provider-bedrock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect } from '../src/collect.js'
import { fixtures, noFixtures } from '../src/fixtures.js'
import type { RecordedBody } from '../src/from-wire-body.js'
import { fromWireBody } from '../src/from-wire-body.js'
import { credentials } from '../src/recorded.js'

let local: BedrockLocal
beforeAll(async () => {
  local = await startBedrockLocal({ reply: () => ({ content: [{ text: 'Well.' }] }) })
})
afterAll(() => local.close())

const modelOf = (config: BedrockConfig) => bedrock({ ...config, region: 'us-east-1', credentials, endpoint: local.url })

interface Recorded {
  readonly operation: string
  readonly modelId: string
  readonly body: RecordedBody
}

interface Refused {
  readonly detail: string
}

function check({ body, modelId }: Recorded) {
  const { request, config } = fromWireBody(body, modelId)
  return { given: request, ...checkRequest(config, request) }
}

const loud = ({ severity }: Finding) => severity === 'error' || severity === 'repaired'

describe.skipIf(noFixtures)(`recorded requests that the service took${noFixtures}`, () => {
  for (const { id, input } of fixtures<Recorded, unknown>('requests-accepted').filter(
    ({ kind }) => kind === 'request-accepted',
  )) {
    it(`${id} is neither refused nor changed`, () => {
      const { given, request, findings } = check(input)

      expect(findings.filter(loud)).toEqual([])
      expect(request).toBe(given)
    })
  }
})

// What the wire form takes care of by itself is told as a note, and what varies with region and month as a warning.
const told: Readonly<Record<string, string>> = {
  'blank-citation-text': 'note blank-text',
  'blank-text': 'note blank-text',
  'empty-message': 'note empty-message',
  'empty-error-result': 'note empty-result',
  'empty-tools': 'note empty-tools',
  'status-unsupported': 'note result-status',
  'streaming-tools': 'note streamed-tools',
  'tool-config-missing': 'note tool-config-missing',
  'needs-inference-profile': 'warning inference-profile',
  'cache-point-unsupported': 'repaired cache-point-unsupported',
  'cache-points-too-many': 'repaired cache-point-count',
  'duplicate-document-names': 'repaired document-names-unique',
  'image-format': 'repaired image-format',
  'tool-results-too-many': 'repaired orphan-result',
  'tool-results-unpaired': 'repaired result-place',
  'tool-schema-properties-null': 'repaired tool-schema-null',
  'content-block-unsupported-by-model': 'error media-place',
  'block-combination-unsupported-by-model': 'error media-place',
  'conversation-start': 'error conversation-start',
  'document-without-text': 'error document-text',
  'native-schema-keyword': 'error native-schema',
  'native-schema-open-object': 'error native-schema',
  'no-messages': 'error no-messages',
  'sampling-both': 'error sampling',
  'thinking-budget-small': 'error thinking-budget',
  'thinking-budget': 'error thinking-budget',
  'thinking-forced-tool': 'error thinking-tool-choice',
  'thinking-temperature': 'error thinking-sampling',
  'tool-choice-unknown-tool': 'error tool-choice-unknown',
  'tool-choice-unsupported': 'error tool-choice-unsupported',
  'tool-name': 'error tool-name',
  'tool-schema-root': 'error tool-schema-root',
}

describe.skipIf(noFixtures)(`recorded requests that the service refuses${noFixtures}`, () => {
  // Half a guardrail is no config that a model can be made with, so no request holds one.
  for (const { id, input, expected } of fixtures<Recorded, Refused>('requests-refused').filter(
    ({ expected: { detail } }) => detail !== 'guardrail-half',
  )) {
    it(`${id} is found, and sent only in a form that an endpoint written apart takes`, async () => {
      // The endpoint stands in the United States.
      const { request, config } = fromWireBody(input.body, input.modelId.replace(/^eu\./, 'us.'))
      const { findings } = checkRequest(config, request)
      expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toContain(told[expected.detail])
      const sent = local.requests.length

      const { error, events } = await collect(modelOf(config), request)

      if (findings.some(({ severity }) => severity === 'error')) {
        expect(error?.code).toMatch(/^invalid-(messages|request)$/)
        expect(local.requests.length).toBe(sent)
      } else if (expected.detail !== 'needs-inference-profile') {
        expect(error).toBeUndefined()
        const warned = events.filter(({ type }) => type === 'warning').map((event) => 'code' in event && event.code)
        expect(warned).toEqual(
          expect.arrayContaining(findings.filter(({ severity }) => severity === 'repaired').map(({ rule }) => rule)),
        )
      }
    })
  }

  it('moves results to where they belong, with the separator between them', () => {
    const [unpaired] = fixtures<Recorded, Refused>('requests-refused').filter(
      ({ expected }) => expected.detail === 'tool-results-unpaired',
    )
    const { request } = check(unpaired?.input as Recorded)

    expect(
      request.messages.map(({ role, content }) => [role, ...content.map((part) => 'id' in part && part.id)]),
    ).toEqual([
      ['user', false],
      ['assistant', 'tooluse_a', 'tooluse_b'],
      ['tool', 'tooluse_b'],
      ['tool', 'tooluse_a'],
      ['tool'],
    ])
  })
})
