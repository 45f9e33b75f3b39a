import { expect, it } from 'vitest'
import { toCallOptions } from '../src/to-call-options.js'

const modelId = 'a.b'

it('sends nothing that was not asked for', () => {
  expect(toCallOptions({ modelId, requestMetadata: {}, promptVariables: {} }, undefined)).toEqual({})
})

it('asks for effort beside a schema, and for either alone', () => {
  const schema = { type: 'object' }
  const jsonSchema = { name: 'answer', schema: '{"type":"object"}' }
  const textFormat = { type: 'json_schema', structure: { jsonSchema } }
  const output = { name: 'answer', schema }

  expect(toCallOptions({ modelId, effort: 'low' }, output)).toEqual({ outputConfig: { textFormat, effort: 'low' } })
  expect(toCallOptions({ modelId, effort: 'low' }, undefined)).toEqual({ outputConfig: { effort: 'low' } })
  expect(toCallOptions({ modelId }, output)).toEqual({ outputConfig: { textFormat } })
})
