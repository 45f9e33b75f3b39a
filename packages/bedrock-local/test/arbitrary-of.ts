import fc from 'fast-check'
import type { Members, Shape } from '../src/shape.js'

/** Values of a shape, as a client would send them: with any of the members that may be left out. */
export function arbitraryOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'boolean':
      return fc.boolean()
    case 'blob':
      return fc.base64String({ maxLength: 40 })
    case 'document':
      // On the wire a member that is null counts as missing, and a union without a member has not its shape.
      return fc.oneof(fc.jsonValue({ maxDepth: 3 }), schema).filter((value) => value !== null)
    case 'number':
      return shape.integer
        ? fc.integer({ min: shape.min ?? 0, max: 100_000 })
        : fc.double({ min: 0, max: 1, noNaN: true })
    case 'string':
      if (shape.values) return fc.constantFrom(...shape.values)
      if (shape.pattern !== undefined)
        return fc.stringMatching(new RegExp(`^(${shape.pattern})$`)).filter((text) => text.length <= (shape.max ?? 256))
      return fc.string({ minLength: shape.min ?? 0, maxLength: Math.min(shape.max ?? 12, 12) })
    case 'list':
      return fc.array(arbitraryOf(shape.of), { minLength: shape.min ?? 0, maxLength: 3 })
    case 'map':
      return fc.dictionary(arbitraryOf(shape.keys) as fc.Arbitrary<string>, arbitraryOf(shape.values), {
        minKeys: 1,
        maxKeys: 2,
      })
    case 'struct':
      return fc.record(arbitrariesOf(shape.members), { requiredKeys: [...(shape.required ?? [])] })
    case 'union':
      return fc.oneof(
        ...Object.entries(arbitrariesOf(shape.members)).map(([name, value]) => fc.record({ [name]: value })),
      )
  }
}

function arbitrariesOf(members: Members): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, arbitraryOf(member)]))
}

const keywords = [
  'type',
  'properties',
  '$defs',
  'items',
  'anyOf',
  'required',
  '$ref',
  'minimum',
  'additionalProperties',
]
const { schema } = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('object', '#', '#/$defs/type', false, null, ['type'], 'enabled'),
    fc.dictionary(fc.constantFrom(...keywords), tie('schema')),
    fc.record({ type: fc.constant('object'), properties: fc.dictionary(fc.constantFrom(...keywords), tie('schema')) }),
    fc.record({ thinking: tie('schema'), output_config: tie('schema'), reasoningConfig: tie('schema') }),
  ),
}))
