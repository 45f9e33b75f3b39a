import type { JsonObject, JsonValue, SchemaDialect } from '@x/types'
import * as fc from 'fast-check'

/** A schema, values that fit it, and what a model writes for them under a dialect: the opposite of `restore`. */
export interface Sample {
  readonly schema: JsonObject
  readonly values: fc.Arbitrary<JsonValue>
  encode(value: JsonValue, dialect: SchemaDialect): JsonValue
}

const key = fc.constantFrom('a', 'b', 'key', 'value', 'rest', '0', 'x/y', '~t')
const freeKey = fc.oneof(key, fc.string({ maxLength: 4 }), fc.constantFrom('__proto__', 'constructor'))

/** Any schema that can be said in every dialect but recursion and "any value", with the ways libraries write it. */
export const samples: fc.Arbitrary<Sample> = fc.letrec<{ node: Sample; object: Sample }>((tie) => ({
  object: objects(tie('node')),
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalars(),
    tie('object'),
    lists(tie('node')),
    maps(tie('node')),
    tuples(tie('node')),
    nullables(tie('node')),
    choices(tie('object')),
    intersections(tie('node')),
  ),
})).node

function sample(
  schema: JsonObject,
  values: fc.Arbitrary<JsonValue>,
  encode: Sample['encode'] = (value) => value,
): Sample {
  return { schema, values, encode, [fc.toStringMethod]: () => JSON.stringify(schema) } as Sample
}

function scalars(): fc.Arbitrary<Sample> {
  return fc.constantFrom(
    sample({ type: 'string', minLength: 1, pattern: '^[^!]*$' }, fc.constantFrom('x', 'long text', 'é')),
    sample({ type: 'string', format: 'date-time' }, fc.constant('2026-01-02T03:04:05Z')),
    sample({ type: 'string', format: 'x-unknown', description: 'A word.' }, fc.constant('word')),
    sample({ type: 'number', exclusiveMinimum: 0, multipleOf: 0.5 }, fc.constantFrom(0.5, 7)),
    sample({ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: 9 }, fc.constantFrom(-3, 9)),
    sample({ type: 'boolean', default: true }, fc.boolean()),
    sample({ enum: ['on', 'off', 3] }, fc.constantFrom('on', 'off', 3)),
    sample({ const: 'fixed' }, fc.constant('fixed')),
    sample({ type: ['string', 'number'] }, fc.constantFrom<JsonValue>('s', 4)),
    sample({ anyOf: [{ const: 'p' }, { const: 'q', type: 'string' }] }, fc.constantFrom('p', 'q')),
  )
}

function objects(node: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const member = fc.tuple(node, fc.boolean())
  return fc.dictionary(key, member, { minKeys: 1, maxKeys: 3 }).map((members) => {
    // A member that takes null and is left out would be written, and read, as null: such members are always there.
    const entries = Object.entries(members).map(([name, [one, isRequired]]) => {
      return [name, [one, isRequired || takesNull(one.schema)]] as const
    })
    const required = entries.filter(([, [, isRequired]]) => isRequired).map(([name]) => name)
    const schema: JsonObject = {
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, [one]]) => [name, one.schema])),
      ...(required.length > 0 && { required }),
    }
    const shape = Object.fromEntries(entries.map(([name, [one]]) => [name, one.values]))
    const values = fc.record(shape, { requiredKeys: required, noNullPrototype: true }) as fc.Arbitrary<JsonValue>
    return sample(schema, values, (value, dialect) => {
      const given = value as JsonObject
      const written = entries.flatMap(([name, [one, isRequired]]) => {
        if (Object.hasOwn(given, name)) return [[name, one.encode(given[name] as JsonValue, dialect)] as const]
        return dialect.allRequired && !isRequired ? [[name, null] as const] : []
      })
      return Object.fromEntries(written)
    })
  })
}

function takesNull(schema: JsonObject): boolean {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.some((branch) => takesNull(branch as JsonObject))
  return [schema.type].flat().includes('null')
}

function lists(node: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return node.map((item) =>
    sample({ type: 'array', items: item.schema, minItems: 2, uniqueItems: false }, array(item, 2), (value, dialect) =>
      (value as JsonValue[]).map((one) => item.encode(one, dialect)),
    ),
  )
}

function array(item: Sample, minLength: number): fc.Arbitrary<JsonValue> {
  return fc.array(item.values, { minLength, maxLength: 3 })
}

function maps(node: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.tuple(node, fc.boolean()).map(([member, byPattern]) => {
    const free = byPattern
      ? { patternProperties: { '^.*$': member.schema } }
      : { additionalProperties: member.schema, propertyNames: { type: 'string' } }
    const values = fc.dictionary(freeKey, member.values, {
      maxKeys: 3,
      noNullPrototype: true,
    }) as fc.Arbitrary<JsonValue>
    return sample({ type: 'object', ...free, default: {} }, values, (value, dialect) => {
      const entries = Object.entries(value as JsonObject)
      if (!dialect.closedObjects) {
        return Object.fromEntries(entries.map(([name, one]) => [name, member.encode(one as JsonValue, dialect)]))
      }
      return entries.map(([name, one]) => ({ key: name, value: member.encode(one as JsonValue, dialect) }))
    })
  })
}

function tuples(node: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.tuple(node, node, fc.option(node, { nil: undefined })).map(([left, right, more]) => {
    const schema: JsonObject = {
      type: 'array',
      prefixItems: [left.schema, right.schema],
      minItems: 2,
      items: more ? more.schema : false,
    }
    const rest = more ? fc.array(more.values, { maxLength: 2 }) : fc.constant([])
    const values = fc.tuple(left.values, right.values, rest).map(([one, two, tail]) => [one, two, ...tail])
    return sample(schema, values, (value, dialect) => {
      const [one, two, ...tail] = value as JsonValue[]
      const first = [left.encode(one as JsonValue, dialect), right.encode(two as JsonValue, dialect)]
      const others = tail.map((item) => more?.encode(item, dialect) ?? null)
      if (!dialect.closedObjects) return [...first, ...others]
      return { ...Object.fromEntries(Object.entries(first)), ...(more && { rest: others }) }
    })
  })
}

function nullables(node: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return node.map((inner) =>
    sample({ anyOf: [inner.schema, { type: 'null' }] }, fc.option(inner.values, { nil: null }), (value, dialect) =>
      value === null ? null : inner.encode(value, dialect),
    ),
  )
}

/** A union told apart by the member `kind`. */
function choices(object: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.tuple(object, object, fc.constantFrom('oneOf', 'anyOf')).map(([left, right, keyword]) => {
    const tag = (one: Sample, kind: string) => {
      const { properties, required = [] } = one.schema as { properties: JsonObject; required?: string[] }
      return { ...one.schema, properties: { kind: { const: kind }, ...properties }, required: ['kind', ...required] }
    }
    const tagged = (one: Sample, kind: string) => one.values.map((value) => ({ kind, ...(value as JsonObject) }))
    return sample(
      { [keyword]: [tag(left, 'l'), tag(right, 'r')] },
      fc.oneof(tagged(left, 'l'), tagged(right, 'r')),
      (value, dialect) => {
        const { kind, ...rest } = value as JsonObject
        return { kind: kind as JsonValue, ...((kind === 'l' ? left : right).encode(rest, dialect) as JsonObject) }
      },
    )
  })
}

function intersections(node: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.tuple(node, node).map(([left, right]) => {
    const part = (name: string, one: Sample): JsonObject => ({
      type: 'object',
      properties: { [name]: one.schema },
      required: [name],
    })
    const values = fc.record(
      { one: left.values, two: right.values },
      { noNullPrototype: true },
    ) as fc.Arbitrary<JsonValue>
    return sample({ allOf: [part('one', left), part('two', right)] }, values, (value, dialect) => {
      const { one, two } = value as { one: JsonValue; two: JsonValue }
      return { one: left.encode(one, dialect), two: right.encode(two, dialect) }
    })
  })
}
