/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged (members that are `undefined` are dropped). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}
