/** What stands at a path such as `tools.0.name`; undefined where nothing does. */
export function memberAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((found, key) => (found as { readonly [key: string]: unknown } | undefined)?.[key], value)
}
