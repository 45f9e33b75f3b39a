/**
 * A schema of typebox (1.x, or `@sinclair/typebox` 0.34), known by its marks, so that typebox need not be installed. It
 * is plain JSON Schema with a type of its own, and has no Standard Schema.
 */
export type TypeboxSchema =
  | { readonly '~kind': string }
  | { readonly '~unsafe': unknown }
  | { readonly static: unknown; readonly params: readonly unknown[] }

/** The static type of a typebox schema. `Defs` are the definitions of the cyclic type around it. */
export type InferTypebox<Schema, Defs = object> = Schema extends { readonly '~unsafe': infer Value }
  ? Value
  : Schema extends { readonly static: infer Value; readonly params: readonly unknown[] }
    ? Value
    : Schema extends { readonly '~kind': infer Kind }
      ? Kind extends keyof Composed<Schema, Defs>
        ? Composed<Schema, Defs>[Kind]
        : Kind extends keyof Scalars
          ? Scalars[Kind]
          : unknown
      : unknown

interface Scalars {
  Boolean: boolean
  Integer: number
  Never: never
  Null: null
  Number: number
  String: string
  TemplateLiteral: string
}

interface Composed<Schema, Defs> {
  Array: Schema extends { readonly items: infer Items } ? InferTypebox<Items, Defs>[] : never
  Cyclic: Schema extends { readonly $defs: infer Own; readonly $ref: infer Ref }
    ? Ref extends keyof Own
      ? InferTypebox<Own[Ref], Own>
      : never
    : never
  Enum: Schema extends { readonly enum: readonly (infer Value)[] } ? Value : never
  Intersect: Schema extends { readonly allOf: infer Parts } ? All<Parts, Defs> : never
  Literal: Schema extends { readonly const: infer Value } ? Value : never
  Object: Schema extends { readonly properties: infer Properties } ? Members<Properties, Defs> : never
  Record: Schema extends { readonly patternProperties: infer Patterns }
    ? { [key: string]: InferTypebox<Patterns[keyof Patterns], Defs> }
    : never
  Ref: Schema extends { readonly $ref: infer Ref extends keyof Defs } ? InferTypebox<Defs[Ref], Defs> : unknown
  Tuple: Schema extends { readonly items: infer Items }
    ? { [Place in keyof Items]: InferTypebox<Items[Place], Defs> }
    : never
  Union: Schema extends { readonly anyOf: readonly (infer Branch)[] }
    ? Branch extends unknown
      ? InferTypebox<Branch, Defs>
      : never
    : never
}

type Members<Properties, Defs> = Flat<
  {
    -readonly [Key in keyof Properties as Properties[Key] extends Optional ? never : Key]: InferTypebox<
      Properties[Key],
      Defs
    >
  } & {
    -readonly [Key in keyof Properties as Properties[Key] extends Optional ? Key : never]?: InferTypebox<
      Properties[Key],
      Defs
    >
  }
>

interface Optional {
  readonly '~optional': true
}

type Flat<Value> = { [Key in keyof Value]: Value[Key] }

type All<Parts, Defs> = Parts extends readonly [infer First, ...infer Rest]
  ? InferTypebox<First, Defs> & All<Rest, Defs>
  : unknown
