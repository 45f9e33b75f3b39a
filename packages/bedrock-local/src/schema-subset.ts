interface Schema {
  readonly [keyword: string]: unknown
}

/**
 * What of a JSON Schema lies outside the subset that models can be held to, in Anthropic's words where they are known
 * (objects, numeric bounds and `oneOf`: quoted in public issues); `undefined` if nothing does.
 */
export function findSubsetFault(schema: unknown): string | undefined {
  if (!isSchema(schema)) return undefined
  let fault: string | undefined
  visit(schema, (node) => {
    fault ??= faultOf(node) ?? referenceFault(node, schema)
  })
  return fault ?? circleIn(schema)
}

/** Properties that may be left out, at every depth. */
export function countOptional(schema: unknown): number {
  let count = 0
  visit(schema, ({ properties, required }) => {
    const names = isSchema(properties) ? Object.keys(properties) : []
    count += names.filter((name) => !(Array.isArray(required) && required.includes(name))).length
  })
  return count
}

const numericBounds = ['exclusiveMaximum', 'exclusiveMinimum', 'maximum', 'minimum', 'multipleOf']

function faultOf(node: Schema): string | undefined {
  if (node.oneOf !== undefined) return "Schema type 'oneOf' is not supported"
  const types: readonly unknown[] = Array.isArray(node.type) ? node.type : [node.type]
  if ((types.includes('object') || isSchema(node.properties)) && node.additionalProperties !== false) {
    return "For 'object' type, 'additionalProperties' must be explicitly set to false"
  }
  const bounds = numericBounds.filter((name) => node[name] !== undefined)
  if (bounds.length > 0) return notSupported(String(node.type ?? 'number'), bounds)
  if (node.maxItems !== undefined) return notSupported('array', ['maxItems'])
  if (node.minItems !== undefined && node.minItems !== 0 && node.minItems !== 1) {
    return "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
  }
  return undefined
}

function notSupported(type: string, names: readonly string[]): string {
  return names.length === 1
    ? `For '${type}' type, property '${names[0]}' is not supported`
    : `For '${type}' type, properties ${names.join(', ')} are not supported`
}

function referenceFault({ $ref }: Schema, root: Schema): string | undefined {
  if (typeof $ref !== 'string') return undefined
  if (!$ref.startsWith('#')) return `External references are not supported: ${$ref}`
  return targetOf($ref, root) === undefined ? `The reference ${$ref} leads nowhere` : undefined
}

/** A schema that comes back to itself through references. Those without references drop out until only circles are left. */
function circleIn(root: Schema): string | undefined {
  const targets = new Map<string, Set<string>>()
  const queue = refsIn(root)
  for (const ref of queue) {
    const target = targets.has(ref) ? undefined : targetOf(ref, root)
    if (!target) continue
    const inner = refsIn(target)
    targets.set(ref, new Set(inner))
    queue.push(...inner)
  }
  for (let before = Number.POSITIVE_INFINITY; targets.size < before; ) {
    before = targets.size
    for (const [ref, inner] of [...targets].toReversed()) {
      if (![...inner].some((name) => targets.has(name))) targets.delete(ref)
    }
  }
  const [ref] = targets.keys()
  return ref === undefined ? undefined : `Recursive schemas are not supported: ${ref}`
}

function refsIn(schema: Schema): string[] {
  const refs = new Set<string>()
  visit(schema, ({ $ref }) => {
    if (typeof $ref === 'string') refs.add($ref)
  })
  return [...refs]
}

function targetOf(ref: string, root: Schema): Schema | undefined {
  let node: unknown = root
  for (const step of ref.slice(1).split('/').slice(1)) {
    const name = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~')
    node = typeof node === 'object' && node !== null && Object.hasOwn(node, name) ? (node as Schema)[name] : undefined
  }
  return isSchema(node) ? node : undefined
}

/** A reference is a URI, whose fragment may be percent-encoded. */
function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}

/** Every schema inside a schema, itself first; what stands under `const`, `enum` or `default` is data. */
function visit(schema: unknown, see: (node: Schema) => void): void {
  if (!isSchema(schema)) return
  see(schema)
  for (const name of ['properties', '$defs', 'definitions', 'patternProperties']) {
    const map = schema[name]
    if (isSchema(map)) for (const inner of Object.values(map)) visit(inner, see)
  }
  for (const name of ['anyOf', 'allOf', 'oneOf', 'prefixItems', 'items']) {
    const value = schema[name]
    for (const inner of Array.isArray(value) ? value : [value]) visit(inner, see)
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
