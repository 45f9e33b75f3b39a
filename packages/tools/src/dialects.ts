/** What one kind of service takes of JSON Schema. The root is an object in all of them. */
export interface Dialect {
  /** Every object says `additionalProperties: false`; maps with free keys, and "anything", cannot be said. */
  readonly closedObjects: boolean
  /** Whether a schema may hold itself. */
  readonly recursion: boolean
  /** Keywords sent as they are; `undefined`: all. What else only narrows a value is told in the description instead. */
  readonly keywords: ReadonlySet<string> | undefined
  /** Values of `format` that are sent; `undefined`: all. */
  readonly formats: ReadonlySet<string> | undefined
  /** Greatest `minItems` that is sent. */
  readonly minItems: number
}

const plain: Dialect = {
  closedObjects: false,
  recursion: true,
  keywords: undefined,
  formats: undefined,
  minItems: Number.POSITIVE_INFINITY,
}

/*
 * The subset behind `strict` tools and native output on Amazon Bedrock, where a schema outside of it fails the whole
 * request: https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
 */
const strict: Dialect = {
  closedObjects: true,
  recursion: false,
  keywords: new Set([
    ...['type', 'properties', 'required', 'additionalProperties', 'items', 'minItems', 'enum', 'const', 'format'],
    ...['anyOf', 'allOf', '$ref', '$defs', 'definitions', 'title', 'description', 'default'],
  ]),
  formats: new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid']),
  minItems: 1,
}

/** `plain` is what every service with tools takes; `strict` what services take that hold the model to the schema. */
export const dialects = { plain, strict } as const

export type DialectName = keyof typeof dialects
