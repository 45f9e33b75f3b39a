import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as conventions from '@opentelemetry/semantic-conventions/incubating'

export type AttributeType = 'int' | 'double' | 'string' | 'string[]' | 'boolean' | 'structured'

/**
 * The type of each attribute of `@opentelemetry/semantic-conventions`, as the examples beside its name have it. An
 * attribute without an example is an enumeration (text), says yes or no ("Indicates whether"), or holds messages.
 */
export function conventionTypes(): ReadonlyMap<string, AttributeType> {
  const folder = dirname(createRequire(import.meta.url).resolve('@opentelemetry/semantic-conventions'))
  const declared = ['stable_attributes', 'experimental_attributes']
    .map((file) => readFileSync(join(folder, `${file}.d.mts`), 'utf8'))
    .join('\n')
  const blocks = declared.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\ndeclare const ATTR_\w+: "([^"]+)"/g)
  const names = new Set<unknown>(Object.values(conventions))
  const known = [...blocks].filter(([, , name]) => names.has(name))
  return new Map(known.map(([, comment = '', name = '']) => [name, typeOf(comment)]))
}

function typeOf(comment: string): AttributeType {
  const example = /@example (.+)/.exec(comment)?.[1]?.trim()
  if (example === undefined) return /indicates whether/i.test(comment) ? 'boolean' : 'string'
  if (/^-?\d+$/.test(example)) return 'int'
  if (/^-?\d+\.\d+$/.test(example)) return 'double'
  if (/^(true|false)$/.test(example)) return 'boolean'
  if (/^\[\s*"/.test(example)) return 'string[]'
  return /^[[{]/.test(example) ? 'structured' : 'string'
}
