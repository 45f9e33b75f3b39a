import type { AnySchema, DescribedSchema, InferInput, InferOutput } from '@x/tools/schema'
import { jsonSchema, memberSchema, toJsonSchema } from '@x/tools/schema'
import type { JsonObject } from '@x/types'
import { AgentError } from '@x/types'

type Standard = DescribedSchema['~standard']
type Issues = NonNullable<Awaited<ReturnType<Standard['validate']>>['issues']>
type Checked = { readonly value: unknown; readonly issues?: undefined } | { readonly issues: Issues }

/** How a schema that holds another one is made. */
export interface Composition {
  /** JSON Pointer, behind `#`, of the place of the inner schema. */
  readonly place: string
  /** The JSON Schema around the inner one. */
  readonly around: (inner: JsonObject) => JsonObject
  readonly validate: (
    value: unknown,
    inner: (value: unknown, ...path: PropertyKey[]) => Promise<Checked>,
  ) => Promise<Checked>
  /** Whether the member or item of this key is what the inner schema describes. */
  readonly isInner: (key: string | number) => boolean
}

const compositions = new WeakMap<object, (key: string | number) => AnySchema | undefined>()

/**
 * A schema around another one of any library, whose transforms and checks stay.
 * @throws AgentError `invalid-config` for what is no schema
 */
export function composeSchema<Input, Output>(inner: AnySchema, how: Composition): DescribedSchema<Input, Output> {
  if (Object(inner) !== inner) {
    throw new AgentError('invalid-config', 'An answer needs a schema.', {
      hint: 'Give one of zod, valibot or arktype, or JSON Schema.',
    })
  }
  const standard = ('~standard' in inner ? inner : jsonSchema(inner as JsonObject))['~standard'] as Standard
  const check = async (value: unknown, ...path: PropertyKey[]): Promise<Checked> => {
    const { issues, ...checked } = await standard.validate(value)
    if (!issues) return checked as Checked
    return { issues: issues.map((issue) => ({ ...issue, path: [...path, ...(issue.path ?? [])] })) }
  }
  const json = (side: 'input' | 'output') => () => surround(toJsonSchema(inner, side), how)
  const schema = {
    '~standard': {
      version: 1,
      // Its issues are read in the way of the library that made them.
      vendor: standard.vendor,
      validate: (value: unknown) => how.validate(value, check),
      jsonSchema: { input: json('input'), output: json('output') },
    },
  }
  compositions.set(schema, (key) => (how.isInner(key) ? inner : undefined))
  return schema as unknown as DescribedSchema<Input, Output>
}

/** As `memberSchema`, and into schemas that were composed here. */
export function memberOf(schema: AnySchema, key: string | number): AnySchema | undefined {
  const composed = compositions.get(schema)
  return composed ? composed(key) : memberSchema(schema, key)
}

/** A list of what `item` describes; the same object for the same item, so that what is known of it holds. */
export function listOf<Item extends AnySchema>(item: Item): DescribedSchema<InferInput<Item>[], InferOutput<Item>[]> {
  const known = lists.get(item)
  if (known) return known as DescribedSchema<InferInput<Item>[], InferOutput<Item>[]>
  const list = composeSchema<InferInput<Item>[], InferOutput<Item>[]>(item, {
    place: '/items',
    around: (items) => ({ type: 'array', items }),
    async validate(value, check) {
      if (!Array.isArray(value)) return { issues: [{ message: 'must be a list', path: [] }] }
      const checked = await Promise.all(value.map((one, index) => check(one, index)))
      const issues = checked.flatMap((one) => one.issues ?? [])
      return issues.length > 0 ? { issues } : { value: checked.map((one) => 'value' in one && one.value) }
    },
    isInner: (key) => typeof key === 'number',
  })
  lists.set(item, list as DescribedSchema)
  return list
}

const lists = new WeakMap<object, DescribedSchema>()

/** Definitions move up to the root, and references to the root follow the schema to its new place. */
function surround({ $defs, definitions, ...inner }: JsonObject, { place, around }: Composition): JsonObject {
  const root = { ...around(inner), ...($defs && { $defs }), ...(definitions && { definitions }) }
  const isDefinition = /^#\/(\$defs|definitions)\//
  return JSON.parse(JSON.stringify(root), (key, value) =>
    key === '$ref' && /^#(\/|$)/.test(value) && !isDefinition.test(value) ? `#${place}${value.slice(1)}` : value,
  ) as JsonObject
}
