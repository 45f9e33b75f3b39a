import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConverseBody } from '../src/index.js'
import { foundationModels } from '../src/models.js'
import { converseShape, countedShape } from '../src/request-shape.js'
import { checkCountTokens, checkRequest } from '../src/rules.js'
import { findShapeProblems } from '../src/shape.js'
import { arbitraryOf } from './arbitrary-of.js'
import { models } from './rule-cases.js'

const ids = [
  ...Object.values(models),
  ...foundationModels.map(({ modelId }) => modelId),
  'arn:aws:bedrock:us-east-1:1:prompt/a',
]
const modelId = fc.constantFrom(...ids)

describe('the rules', () => {
  it('find nothing wrong with the shape of bodies that have it', () => {
    fc.assert(
      fc.property(arbitraryOf(converseShape), (body) => {
        expect(findShapeProblems(converseShape, body)).toEqual({ constraints: [], unions: [] })
      }),
    )
  })

  it('have an answer to every body of the right shape', () => {
    fc.assert(
      fc.property(arbitraryOf(converseShape), modelId, fc.boolean(), (body, id, isStream) => {
        const operation = isStream ? ('ConverseStream' as const) : ('Converse' as const)
        const request = { operation, modelId: id, headers: {}, body: body as ConverseBody }
        const refusal = checkRequest(request, { now: new Date('2026-08-01'), usesLegacyModels: false })
        if (refusal) expect(refusal.message.length).toBeGreaterThan(10)
        if (refusal) expect([400, 403, 404]).toContain(refusal.status)
      }),
      { numRuns: 2000 },
    )
  })

  it('have an answer to every count', () => {
    fc.assert(
      fc.property(arbitraryOf(countedShape), modelId, (body, id) => {
        const refusal = checkCountTokens({ modelId: id, body: body as ConverseBody })
        if (refusal) expect(refusal.status).toBe(400)
      }),
    )
  })

  it('have an answer to everything else that is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), modelId, (body, id) => {
        checkRequest({ operation: 'Converse', modelId: id, headers: {}, body: body as ConverseBody })
      }),
    )
  })
})
