import { describe, expect, it } from 'vitest'
import type { ConverseBody } from '../src/index.js'
import { findSubsetFault } from '../src/schema-subset.js'
import { ask, document, hello, testRules, text, tool, vendor } from './rule-cases.js'

const closed = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
})
const withSchema = (schema: string | object, body: ConverseBody = { messages: [hello] }): ConverseBody => ({
  ...body,
  outputConfig: {
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { schema: typeof schema === 'string' ? schema : JSON.stringify(schema) } },
    },
  },
})
const strict = (...schemas: readonly object[]): ConverseBody => ({
  messages: [hello],
  toolConfig: { tools: schemas.map((schema, index) => tool(`f${index}`, schema, { strict: true })) },
})
const empty = closed({})
const open = "For 'object' type, 'additionalProperties' must be explicitly set to false"
const optional = (count: number) =>
  closed(Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, {}])), { required: [] })

describe('structured output', () => {
  testRules([
    {
      rule: 'has a schema in JSON',
      taken: withSchema('{"type":"string"}'),
      refused: withSchema('{"type":'),
      message: vendor('output_config.format.schema: Input should be a valid JSON schema'),
    },
    {
      rule: 'closes its objects',
      taken: withSchema(empty),
      refused: withSchema({ type: 'object' }),
      message: vendor(`output_config.format.schema: ${open}`),
    },
    {
      rule: 'closes its objects for other vendors too',
      model: 'own',
      taken: withSchema(empty),
      refused: withSchema(closed({ a: { type: 'object' } })),
      message: vendor(`outputConfig.textFormat.structure.jsonSchema.schema: ${open}`),
    },
    {
      rule: 'is not for older models of Claude',
      model: 'claude37',
      otherModel: 'claude',
      refused: withSchema(empty),
      message: vendor('output_config.format: Extra inputs are not permitted'),
    },
    {
      rule: 'is not for Nova',
      model: 'nova',
      otherModel: 'gptOss',
      refused: withSchema(empty),
      message:
        "This model doesn't support the outputConfig.textFormat field. Remove outputConfig.textFormat and try again.",
    },
    {
      rule: 'does not go with citations',
      taken: withSchema(empty, ask(text('Read'), document())),
      refused: withSchema(empty, ask(text('Read'), document('A', { citations: { enabled: true } }))),
      message: vendor('output_config.format: Citations cannot be combined with structured outputs.'),
    },
  ])
})

describe('strict tools', () => {
  testRules([
    {
      rule: 'close their objects',
      taken: strict(empty, empty),
      refused: strict(empty, { type: 'object', properties: {} }),
      message: vendor(`tools.1.custom: ${open}`),
    },
    {
      rule: 'are up to 20',
      taken: strict(...Array(20).fill(empty)),
      refused: strict(...Array(21).fill(empty)),
      message: vendor('tools: A maximum of 20 strict tools may be provided. Found 21.'),
    },
    {
      rule: 'have up to 24 optional parameters in all',
      taken: strict(optional(12), optional(12)),
      refused: strict(optional(12), optional(13)),
      message: vendor('tools: A maximum of 24 optional parameters may be used in strict tools. Found 25.'),
    },
    {
      rule: 'are not for Nova',
      model: 'nova',
      otherModel: 'claude',
      refused: strict(empty),
      message: "This model doesn't support the toolSpec.strict field. Remove toolSpec.strict and try again.",
    },
  ])
})

describe('the subset of JSON Schema', () => {
  const node = closed({ next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } })
  it.each([
    [
      closed({ a: { type: 'integer', minimum: 1, maximum: 5 } }),
      "For 'integer' type, properties maximum, minimum are not supported",
    ],
    [closed({ a: { type: 'number', multipleOf: 2 } }), "For 'number' type, property 'multipleOf' is not supported"],
    [
      closed({ a: { type: 'number', exclusiveMinimum: 0 } }),
      "For 'number' type, property 'exclusiveMinimum' is not supported",
    ],
    [closed({ a: { type: 'array', maxItems: 3 } }), "For 'array' type, property 'maxItems' is not supported"],
    [
      closed({ a: { type: 'array', minItems: 2 } }),
      "For 'array' type, 'minItems' values other than 0 or 1 are not supported",
    ],
    [closed({ a: { oneOf: [{}] } }), "Schema type 'oneOf' is not supported"],
    [
      closed({ a: { $ref: 'https://example.com/a.json' } }),
      'External references are not supported: https://example.com/a.json',
    ],
    [closed({ a: { $ref: '#/$defs/A' } }), 'The reference #/$defs/A leads nowhere'],
    [closed({ a: { $ref: '#/__proto__' } }), 'The reference #/__proto__ leads nowhere'],
    [closed({ a: { $ref: '#' } }), 'Recursive schemas are not supported: #'],
    [
      { ...closed({ a: { $ref: '#/$defs/Node' } }), $defs: { Node: node } },
      'Recursive schemas are not supported: #/$defs/Node',
    ],
    [
      {
        ...closed({ a: { $ref: '#/$defs/A' } }),
        $defs: { A: closed({ b: { $ref: '#/$defs/B' } }), B: { type: 'array', items: { $ref: '#/$defs/A' } } },
      },
      'Recursive schemas are not supported: #/$defs/A',
    ],
    [{ ...closed({ a: { items: [{ type: 'object' }] } }) }, open],
  ])('leaves out %j', (schema, fault) => {
    expect(findSubsetFault(schema)).toBe(fault)
  })

  it.each([
    closed({ minimum: { type: 'string', minLength: 1 }, oneOf: { type: 'array', minItems: 1 } }),
    { ...closed({ a: { $ref: '#/$defs/A' }, b: { $ref: '#/$defs/A' } }), $defs: { A: { enum: ['x'] } } },
    { ...closed({ a: { $ref: '#/$defs/a%25%20b~1c' } }), $defs: { 'a% b/c': { enum: ['x'] } } },
    closed({ a: { const: { type: 'object' } }, b: { type: ['string', 'null'] } }),
  ])('has %j in it', (schema) => {
    expect(findSubsetFault(schema)).toBeUndefined()
  })

  it('follows long chains of references', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`d${index}`, { items: { $ref: `#/$defs/d${index + 1}` } }]),
    )
    expect(findSubsetFault({ items: { $ref: '#/$defs/d0' }, $defs: { ...$defs, d3000: {} } })).toBeUndefined()
    expect(
      findSubsetFault({ items: { $ref: '#/$defs/d0' }, $defs: { ...$defs, d3000: { $ref: '#/$defs/d0' } } }),
    ).toContain('Recursive schemas')
  })
})
