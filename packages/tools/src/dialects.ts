import type { SchemaDialect } from '@x/types'
import { AgentError } from '@x/types'

const plain: SchemaDialect = {}

/*
 * The subset that services which hold a model to a schema have in common: the one of Amazon Bedrock, where a schema
 * outside of it fails the whole request, without the bounds that differ from service to service.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
 */
const strict: SchemaDialect = {
  closedObjects: true,
  recursion: false,
  keywords: [
    ...['type', 'properties', 'required', 'additionalProperties', 'items', 'minItems', 'enum', 'const', 'format'],
    ...['anyOf', 'allOf', '$ref', '$defs', 'definitions', 'title', 'description', 'default'],
  ],
  formats: ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
  maxMinItems: 1,
}

/** `plain` is what every service with tools takes; `strict` what services take that hold the model to the schema. */
export const dialects = { plain, strict } as const

export type DialectName = keyof typeof dialects

/** @throws AgentError `unsupported` for a name that is not known. */
export function toDialect(dialect: SchemaDialect | DialectName): SchemaDialect {
  if (typeof dialect === 'object') return dialect
  if (Object.hasOwn(dialects, dialect)) return dialects[dialect]
  throw new AgentError('unsupported', `There is no schema dialect "${dialect}".`, {
    hint: `Known dialects: ${Object.keys(dialects).join(', ')}; or give one as data, such as model.capabilities().schemas.`,
  })
}
