import type { JsonObject, JsonValue, ToolSpec } from '@x/types'
import type { Finding } from './finding.js'
import { finding } from './finding.js'
import type { Quirks } from './quirks.js'

/** The schema of a tool's arguments. Paths begin at the tool. */
export function checkToolSchema(schema: ToolSpec['inputSchema'], { refuses, family }: Quirks) {
  const path = 'inputSchema'
  if (!isObject(schema)) {
    const findings = [finding('error', 'tool-schema-root', path, 'The schema of a tool is an object.')]
    return { schema, findings }
  }
  const findings: Finding[] = []
  const unions = ['anyOf', 'oneOf', 'allOf'].filter((name) => name in schema)
  if (refuses.unionRoots && unions.length > 0) {
    const message = `${family} models take no ${unions.join(', ')} at the root of a schema: put it into a property.`
    findings.push(finding('error', 'tool-schema-union', path, message))
  }
  let repaired: JsonObject = schema
  for (const name of ['properties', 'required'].filter((key) => schema[key] === null)) {
    const { [name]: _null, ...rest } = repaired
    repaired = rest
    findings.push(finding('repaired', 'tool-schema-null', `${path}.${name}`, `${name} is null.`, 'left out'))
  }
  if (schema.type === undefined) {
    repaired = { type: 'object', ...repaired }
    findings.push(finding('repaired', 'tool-schema-root', path, 'The schema says no type.', 'sent as an object'))
  } else if (schema.type !== 'object') {
    const type = JSON.stringify(schema.type).slice(0, 80)
    const message = `The root of a schema is an object and not ${type}: put it into a property.`
    findings.push(finding('error', 'tool-schema-root', `${path}.type`, message))
  }
  return { schema: withoutGreatLimits(repaired, path, findings, 0) as JsonObject, findings }
}

const limits = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
]
const int32 = 2_147_483_647

/**
 * Leaves out limits that do not fit into 32 bits, at any depth. Those at the edge of safe integers limit nothing: schema
 * libraries write them for every integer.
 */
function withoutGreatLimits(value: JsonValue, path: string, findings: Finding[], depth: number): JsonValue {
  if (depth > 100 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item, place) => withoutGreatLimits(item, `${path}.${place}`, findings, depth + 1))
    return items.every((item, place) => item === value[place]) ? value : items
  }
  const schema = value as JsonObject
  const entries = Object.entries(schema).flatMap(([name, member]): [string, JsonValue | undefined][] => {
    if (!limits.includes(name) || typeof member !== 'number' || Math.abs(member) <= int32) {
      return [
        [name, member === undefined ? member : withoutGreatLimits(member, `${path}.${name}`, findings, depth + 1)],
      ]
    }
    const severity = Math.abs(member) >= Number.MAX_SAFE_INTEGER ? 'note' : 'repaired'
    const message = `${name} is ${member}, which is too great.`
    findings.push(finding(severity, 'tool-schema-number', `${path}.${name}`, message, 'left out'))
    return []
  })
  const same = entries.length === Object.keys(schema).length && entries.every(([name, item]) => item === schema[name])
  return same ? schema : Object.fromEntries(entries)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
