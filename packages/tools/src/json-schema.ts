import type { OutputUnit, SchemaDraft } from '@cfworker/json-schema'
import { dereference, validate as validateJson } from '@cfworker/json-schema'
import type { JsonObject, JsonValue } from '@x/types'
import { AgentError } from '@x/types'
import type { DescribedSchema } from './any-schema.js'
import type { Issue } from './problems.js'
import { unescapePointer, visitSubschemas } from './subschemas.js'
import { upgradeSchema } from './upgrade-schema.js'

/**
 * Makes a Standard Schema of plain JSON Schema (drafts 4, 7, 2019-09, 2020-12; the last one unless `$schema` says
 * otherwise). `Value` is what the caller knows about it; the schema is trusted to say the same.
 *
 * The validator is `@cfworker/json-schema`: it passes the official test suite, has no dependencies (about 6 KB
 * compressed) and, unlike Ajv, compiles no code, so it also runs where `eval` is forbidden. A validator of our own would be a
 * third of the size and would have to be kept true to four drafts.
 * @throws AgentError `invalid-config` for a reference that leads nowhere or outside, and for a broken `pattern`.
 */
export function jsonSchema<Value = JsonValue>(schema: JsonObject): DescribedSchema<Value> {
  // The validator marks the schemas it is given; the caller's object must stay as it is.
  const upgraded = upgradeSchema(schema)
  const draft = draftOf(schema)
  const own = structuredClone(draft === '2020-12' ? upgraded : schema) as JsonObject
  const lookup = dereference(own)
  checkSchema(own, lookup)
  return {
    '~standard': {
      version: 1,
      vendor: 'json-schema',
      validate(value) {
        const { valid, errors } = validateJson(value, own, draft, lookup, false)
        return valid ? { value: value as Value } : { issues: toIssues(errors) }
      },
      jsonSchema: { input: () => ({ ...upgraded }), output: () => ({ ...upgraded }) },
    },
  }
}

function checkSchema(root: JsonObject, lookup: { readonly [uri: string]: unknown }): void {
  visitSubschemas(root, ({ $ref, __absolute_ref__, pattern, patternProperties }, pointer) => {
    if (typeof $ref === 'string' && lookup[String(__absolute_ref__)] === undefined) {
      throw new AgentError('invalid-config', `The JSON Schema refers at ${pointer} to "${$ref}", which is not in it.`, {
        hint: 'Put the schema under "$defs" and refer to it as "#/$defs/<name>"; nothing is fetched.',
      })
    }
    for (const source of [pattern, ...Object.keys(patternProperties ?? {})]) {
      if (typeof source === 'string') checkPattern(source, pointer)
    }
  })
}

function checkPattern(source: string, pointer: string): void {
  try {
    new RegExp(source, 'u')
  } catch (cause) {
    throw new AgentError('invalid-config', `The JSON Schema has at ${pointer} a pattern that is not valid: ${source}`, {
      hint: 'Patterns are ECMAScript regular expressions, read with the "u" flag.',
      cause,
    })
  }
}

function draftOf({ $schema }: JsonObject): SchemaDraft {
  if (typeof $schema !== 'string') return '2020-12'
  if ($schema.includes('2019-09')) return '2019-09'
  if ($schema.includes('draft-07') || $schema.includes('draft-06')) return '7'
  return $schema.includes('draft-04') ? '4' : '2020-12'
}

/** Keywords whose errors only say that something below them is wrong. */
const parents = new Set(
  '$ref allOf if properties patternProperties additionalProperties items prefixItems additionalItems unevaluatedItems unevaluatedProperties dependentSchemas propertyNames'.split(
    ' ',
  ),
)

/** The flat list of errors as a tree: the errors below an `anyOf` or `oneOf` are grouped by branch. */
function toIssues(errors: readonly OutputUnit[]): Issue[] {
  const isUnion = ({ keyword, error }: OutputUnit) =>
    keyword === 'anyOf' || (keyword === 'oneOf' && error.includes('(0 matches)'))
  const below = (location: string) => (error: OutputUnit) => error.keywordLocation.startsWith(`${location}/`)
  const unions = errors.filter(isUnion).filter((union, _index, all) => {
    return !all.some((other) => other !== union && below(other.keywordLocation)(union))
  })
  const outside = errors.filter(
    (error) => !unions.includes(error) && !unions.some((union) => below(union.keywordLocation)(error)),
  )
  const leaves = outside.filter(({ keyword }) => !parents.has(keyword))
  const toBranches = ({ keywordLocation }: OutputUnit) => {
    const inside = errors.filter(below(keywordLocation))
    const names = new Set(
      inside.map((error) => error.keywordLocation.slice(keywordLocation.length + 1).split('/', 1)[0]),
    )
    return [...names].map((name) => toIssues(inside.filter(below(`${keywordLocation}/${name}`))))
  }
  return [
    ...leaves.map((error) => ({ path: toPath(error.instanceLocation), message: toMessage(error) })),
    ...unions.map((union) => ({
      path: toPath(union.instanceLocation),
      message: 'fits none of the alternatives',
      branches: toBranches(union),
    })),
  ]
}

/** The validator's words without the value that it names in front of number checks. */
function toMessage({ keyword, error }: OutputUnit): string {
  if (keyword === 'false') return 'is not allowed here'
  const words = error.replace(/^Instance/, 'Value').replace(/\.$/, '')
  return /inimum|aximum|multipleOf/.test(keyword) ? words.replace(/^\S+ is /, 'Value is ') : words
}

function toPath(instanceLocation: string): string[] {
  return instanceLocation.split('/').slice(1).map(unescapePointer)
}
