import type { JsonObject } from '@x/types'

interface Converter {
  /** The package that converts, to name in hints. */
  readonly packageName: string
  convert(library: Library, schema: object): unknown
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
    convert: (library, schema) => library.toJsonSchema(schema, { target, typeMode: 'input' }),
  },
  zod: {
    packageName: 'zod',
    convert: (library, schema) => library.toJSONSchema(schema, { target, io: 'input' }),
  },
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
export function convertWithLibrary(vendor: string, schema: object): JsonObject | undefined {
  const converter = Object.hasOwn(converters, vendor) ? converters[vendor] : undefined
  const library = converter && requireInstalled(converter.packageName)
  return library && (converter.convert(library, schema) as JsonObject)
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
