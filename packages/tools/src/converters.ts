import type { JsonObject } from '@x/types'

interface Converter {
  /** The package that converts, to name in hints. */
  readonly packageName: string
  convert(library: Library, schema: object, side: 'input' | 'output'): unknown
}

interface Library {
  toJSONSchema(schema: object, options: object): unknown
  toJsonSchema(schema: object, options: object): unknown
}

const target = 'draft-2020-12'

/*
 * Libraries whose schemas do not carry their own JSON Schema: valibot (its converter is another package) and `zod/mini`.
 * A row goes when its library learns Standard JSON Schema.
 */
const converters: { readonly [vendor: string]: Converter | undefined } = {
  valibot: {
    packageName: '@valibot/to-json-schema',
    convert: (library, schema, typeMode) =>
      library.toJsonSchema(schema, { target, typeMode, ...libraryOptions.valibot }),
  },
  zod: {
    packageName: 'zod',
    convert: (library, schema, io) => library.toJSONSchema(schema, { target, io }),
  },
}

interface ValibotAction {
  readonly valibotAction: { readonly kind: string }
  readonly jsonSchema: object
  readonly errors?: unknown
}

interface ValibotSchema {
  readonly valibotSchema: { readonly type: string; readonly key?: { readonly type: string } }
  readonly jsonSchema: object
  readonly errors?: unknown
}

interface ArktypeContext {
  readonly domain?: unknown
  readonly proto?: { readonly name?: unknown }
}

/**
 * What a library's converter is told beside the draft, so that all of them treat alike what JSON Schema cannot say:
 * checks by code are left out (validation makes them all the same), and what JSON cannot hold is an error. By itself
 * valibot refuses every check, and arktype says "anything" for a `Date`.
 */
export const libraryOptions: { readonly [vendor: string]: { readonly [option: string]: unknown } | undefined } = {
  valibot: {
    overrideAction: ({ valibotAction, jsonSchema, errors }: ValibotAction) =>
      errors && valibotAction.kind === 'validation' ? jsonSchema : undefined,
    // Refused for other versions of JSON Schema; this one says the keys by `propertyNames`.
    overrideSchema: ({ valibotSchema: { type, key }, jsonSchema, errors }: ValibotSchema) =>
      errors && type === 'record' && textKeys.has(key?.type ?? '') ? jsonSchema : undefined,
  },
  arktype: {
    fallback: {
      date: () => refuse('Date'),
      domain: ({ domain }: ArktypeContext) => refuse(domain),
      proto: ({ proto }: ArktypeContext) => refuse(proto?.name),
    },
  },
}

/** Schemas of valibot that name the keys of a record one by one. */
const textKeys: ReadonlySet<string> = new Set(['picklist', 'enum', 'literal'])

function refuse(what: unknown): never {
  throw new Error(`${String(what)} cannot be represented in JSON Schema.`)
}

/** The package that can convert this library's schemas, if one is known. */
export function converterPackage(vendor: string): string | undefined {
  return Object.hasOwn(converters, vendor) ? converters[vendor]?.packageName : undefined
}

/**
 * Converts with the library's own converter, if it is installed; `undefined` when it is not, or cannot be reached.
 * A tool is a plain value, so its schema must be there at once and `import()` would come too late: on Node the package
 * is required when it is first needed. Bundlers do not see this; there, wrap the schema (`withJsonSchema`).
 */
export function convertWithLibrary(
  vendor: string,
  schema: object,
  side: 'input' | 'output' = 'input',
): JsonObject | undefined {
  const converter = Object.hasOwn(converters, vendor) ? converters[vendor] : undefined
  const library = converter && requireInstalled(converter.packageName)
  return library && (converter.convert(library, schema, side) as JsonObject)
}

interface NodeProcess {
  getBuiltinModule?(id: 'node:module'): { createRequire(url: string): (id: string) => unknown } | undefined
}

function requireInstalled(packageName: string): Library | undefined {
  const { process } = globalThis as { readonly process?: NodeProcess }
  const module = process?.getBuiltinModule?.('node:module')
  try {
    return module?.createRequire(import.meta.url)(packageName) as Library | undefined
  } catch {
    return undefined
  }
}
