/**
 * What makes a value no JSON Schema, in the words of the validator that the service uses: `$.properties: null found,
 * object expected`. Only members that would be read as schemas are looked at.
 */
export function findSchemaFault(schema: unknown, path = '$'): string | undefined {
  if (typeof schema === 'boolean') return undefined
  if (!isObject(schema)) return `${path}: ${typeNameOf(schema)} found, [object, boolean] expected`
  return (
    faultIn(objects, schema, path, isObject, 'object', Object.entries) ??
    faultIn(lists, schema, path, Array.isArray, 'array', (list) =>
      [...(list as unknown[]).entries()].map(inBrackets),
    ) ??
    findRequiredFault(schema.required, `${path}.required`) ??
    findTypeFault(schema.type, `${path}.type`) ??
    (schema.items === undefined || Array.isArray(schema.items)
      ? undefined
      : findSchemaFault(schema.items, `${path}.items`))
  )
}

/** Members whose members are schemas. */
const objects = ['properties', '$defs', 'definitions', 'patternProperties']
/** Members whose items are schemas. */
const lists = ['anyOf', 'allOf', 'oneOf']
const typeNames = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']

function faultIn(
  names: readonly string[],
  schema: { readonly [member: string]: unknown },
  path: string,
  hasType: (value: unknown) => boolean,
  typeName: string,
  entriesOf: (value: object) => readonly (readonly [string, unknown])[],
): string | undefined {
  for (const name of names) {
    const value = schema[name]
    if (value === undefined) continue
    if (!hasType(value)) return `${path}.${name}: ${typeNameOf(value)} found, ${typeName} expected`
    for (const [key, inner] of entriesOf(value as object)) {
      const fault = findSchemaFault(inner, key.startsWith('[') ? `${path}.${name}${key}` : `${path}.${name}.${key}`)
      if (fault !== undefined) return fault
    }
  }
  return undefined
}

function findRequiredFault(required: unknown, path: string): string | undefined {
  if (required === undefined) return undefined
  if (!Array.isArray(required)) return `${path}: ${typeNameOf(required)} found, array expected`
  const bad = required.findIndex((name) => typeof name !== 'string')
  return bad < 0 ? undefined : `${path}[${bad}]: ${typeNameOf(required[bad])} found, string expected`
}

function findTypeFault(type: unknown, path: string): string | undefined {
  const names: readonly unknown[] = Array.isArray(type) ? type : [type]
  if (type === undefined || names.every((name) => typeNames.some((known) => known === name))) return undefined
  return `${path}: does not have a value in the enumeration [${typeNames.join(', ')}]`
}

function inBrackets([index, value]: readonly [number, unknown]): readonly [string, unknown] {
  return [`[${index}]`, value]
}

function typeNameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

function isObject(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
