import type { AnySchema, InferInput, InferOutput } from '@x/tools/schema'
import type { Extraction } from './extraction.js'

/**
 * What a streamed extraction tells:
 *
 *     partial   the value so far, after each piece of it
 *     closed    an object or a list in it, or an item of a list at the root, is whole and fits its part of the schema
 *     restart   forget what was shown: the answer is asked for again, or begins anew
 *     done      the checked answer; the last event
 */
export type ExtractEvent<Schema extends AnySchema> =
  | {
      readonly type: 'partial'
      /** As the model writes it, before transforms. Unchecked; unchanged parts are the same objects as before. */
      readonly value: DeepPartial<InferInput<Schema>>
    }
  | ({ readonly type: 'closed' } & ClosedPart<InferOutput<Schema>>)
  | { readonly type: 'restart'; readonly reason: string }
  | { readonly type: 'done'; readonly extraction: Extraction<InferOutput<Schema>> }

/**
 * A value that is still being written: members may be missing and texts be cut, those of enums included. Numbers, `true`,
 * `false` and `null` are shown only when they are whole.
 */
export type DeepPartial<Value> = Value extends string
  ? string
  : Value extends Whole
    ? Value
    : Value extends readonly unknown[]
      ? number extends Value['length']
        ? readonly DeepPartial<Value[number]>[]
        : { readonly [Key in keyof Value]?: DeepPartial<Value[Key]> }
      : Value extends object
        ? { readonly [Key in keyof Value]?: DeepPartial<Value[Key]> }
        : Value

/** Not looked into. */
type Whole = number | bigint | boolean | null | undefined | Date | RegExp | ((...values: never) => unknown)

/**
 * A part of the answer in its final type. `at` is its place with `*` for every list index, so that it tells which type
 * `value` has; `path` is the place itself. Types reach down four levels; deeper parts come all the same.
 */
export type ClosedPart<Output> = unknown extends Output
  ? { readonly at: string; readonly path: Path; readonly value: unknown }
  : Output extends Whole | string
    ? never
    : Output extends readonly (infer Item)[]
      ? Part<'*', Item> | Inside<'*', Item, [1, 1, 1]>
      : Inside<'', Output, [1, 1, 1, 1]>

export type Path = readonly (string | number)[]

interface Part<At extends string, Value> {
  readonly at: At
  readonly path: Path
  readonly value: Value
}

/** The objects and lists in `Value`, whose own place is `At`. */
type Inside<At extends string, Value, Levels extends readonly 1[]> = Levels extends readonly [
  1,
  ...infer Deeper extends readonly 1[],
]
  ? Value extends Whole | string
    ? never
    : Value extends readonly (infer Item)[]
      ? Container<Join<At, '*'>, Item, Deeper>
      : Value extends object
        ? { [Key in keyof Value & string]-?: Container<Join<At, Key>, Value[Key], Deeper> }[keyof Value & string]
        : never
  : never

type Container<At extends string, Value, Deeper extends readonly 1[]> =
  Exclude<Value, Whole | string> extends infer Held
    ? [Held] extends [never]
      ? never
      : Part<At, Held> | Inside<At, Held, Deeper>
    : never

type Join<At extends string, Key extends string> = At extends '' ? Key : `${At}.${Key}`
