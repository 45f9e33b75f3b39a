import type { JsonObject } from '@x/types'
import type { Finding, Severity } from './finding.js'
import { finding } from './finding.js'
import { maxMinItems, refusedKeywords } from './schema-dialects.js'

/** What keeps a schema out of the subset that the service compiles for native output and strict tools. */
export function checkNativeSchema(schema: unknown, path: string, severity: Severity): Finding[] {
  const found = (where: string, words: string) => finding(severity, 'native-schema', where, words)
  const findings: Finding[] = []
  // The service takes no recursion but for `$ref`, and that one is not followed: a bound is all that is needed here.
  const walk = (at: unknown, where: string, depth: number): void => {
    if (!isObject(at)) return
    if (depth > maxDepth) return void findings.push(found(where, `The schema is nested deeper than ${maxDepth}.`))
    findings.push(...keywordProblems(at).map((words) => found(where, words)))
    for (const [name, child] of subschemas(at)) walk(child, `${where}.${name}`, depth + 1)
  }
  walk(schema, path, 0)
  if (findings.length === 0 && isRecursive(schema)) findings.push(found(path, 'The schema holds itself.'))
  return findings
}

const maxDepth = 100

/** Properties that may be left out, at every depth. */
export function optionalCount(schema: unknown, depth = 0): number {
  if (!isObject(schema) || depth > maxDepth) return 0
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
  const own = members(schema.properties).filter(([name]) => !required.includes(name)).length
  return subschemas(schema).reduce((sum, [, child]) => sum + optionalCount(child, depth + 1), own)
}

function keywordProblems(schema: JsonObject): string[] {
  const problems = refusedKeywords.filter((name) => name in schema).map((name) => `It takes no ${name}.`)
  const isObjectType = schema.type === 'object' || (Array.isArray(schema.type) && schema.type.includes('object'))
  if (isObjectType && schema.additionalProperties !== false)
    problems.push('An object says additionalProperties: false.')
  if (typeof schema.minItems === 'number' && schema.minItems > maxMinItems) problems.push('minItems is 0 or 1.')
  if (typeof schema.$ref === 'string' && !schema.$ref.startsWith('#')) problems.push('A $ref stays inside the schema.')
  return problems
}

const mapsOfSchemas = ['properties', '$defs', 'definitions']
const listsOfSchemas = ['anyOf', 'oneOf', 'allOf', 'prefixItems']

function subschemas(schema: JsonObject): [path: string, schema: unknown][] {
  return [
    ...mapsOfSchemas.flatMap((key) => members(schema[key]).map(([name, child]) => pair(`${key}.${name}`, child))),
    ...listsOfSchemas.flatMap((key) => members(schema[key]).map(([name, child]) => pair(`${key}.${name}`, child))),
    ...(schema.items === undefined ? [] : [pair('items', schema.items)]),
  ]
}

function pair(path: string, schema: unknown): [string, unknown] {
  return [path, schema]
}

/** Whether following `$ref` from the root comes back to a definition that is being followed. */
function isRecursive(root: unknown): boolean {
  const done = new Set<string>()
  const follow = (schema: unknown, open: readonly string[]): boolean => {
    if (!isObject(schema)) return false
    const { $ref } = schema
    if (typeof $ref === 'string') {
      if (open.includes($ref)) return true
      if (!done.has($ref) && follow(resolved(root, $ref), [...open, $ref])) return true
      done.add($ref)
    }
    // Definitions count where they are used.
    return subschemas(schema).some(([path, child]) => !/^(\$defs|definitions)\./.test(path) && follow(child, open))
  }
  return follow(root, ['#'])
}

function resolved(root: unknown, ref: string): unknown {
  const steps = ref.split('/').slice(1)
  return steps.reduce((at: unknown, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    return isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined
  }, root)
}

function members(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
