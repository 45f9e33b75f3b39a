import type { JsonValue } from '@x/types'
import { redactText } from './redact.js'

/**
 * What else must not get into a cassette: matches of these expressions become `[redacted]`, or a function gives the
 * text that may stand there. It is applied to each string of a body by itself, so a secret that a streamed answer cuts
 * in two is not found.
 */
export type Redaction = readonly RegExp[] | ((text: string) => string)

export interface Redactor {
  text(text: string): string
  /** All strings in a value, names of members too. */
  json(value: JsonValue): JsonValue
}

/**
 * Takes out `secrets` wherever they stand, whatever looks like a key or a token, account ids in ARNs and of bucket
 * owners, and what the caller's own rules say.
 */
export function redactor(redaction: Redaction = [], secrets: readonly (string | undefined)[] = []): Redactor {
  // Dummies such as "local" are words, and would be missed everywhere.
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= leastSecretLength) as string[]
  const text = (given: string) => {
    const open = known.reduce((rest, secret) => rest.replaceAll(secret, redacted), given)
    const plain = redactText(open).replace(accountInArn, `$1${noAccount}`)
    if (typeof redaction === 'function') return redaction(plain)
    return redaction.reduce((rest, pattern) => rest.replaceAll(toGlobal(pattern), redacted), plain)
  }
  const json = (value: JsonValue, name = ''): JsonValue => {
    if (typeof value === 'string') {
      if (name === 'bucketOwner' && /^\d{12}$/.test(value)) return noAccount
      return name === 'bytes' ? redactBytes(value, json) : text(value)
    }
    if (Array.isArray(value)) return value.map((item: JsonValue) => json(item, name))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [text(key), member === undefined ? member : json(member, key)]),
    )
  }
  return { text, json }
}

const redacted = '[redacted]'
const noAccount = '000000000000'
const accountInArn = /(\barn:aws[\w-]*:[\w-]*:[\w-]*:)\d{12}(?=:|$)/g
const leastSecretLength = 12

/** Streams of InvokeModel carry their JSON in base64. */
function redactBytes(base64: string, json: (value: JsonValue) => JsonValue): string {
  const text = Buffer.from(base64, 'base64').toString()
  if (!text.startsWith('{')) return base64
  try {
    const value = JSON.parse(text) as JsonValue
    const clean = json(value)
    return JSON.stringify(clean) === JSON.stringify(value)
      ? base64
      : Buffer.from(JSON.stringify(clean)).toString('base64')
  } catch {
    return base64
  }
}

function toGlobal({ source, flags }: RegExp): RegExp {
  return new RegExp(source, flags.includes('g') ? flags : `${flags}g`)
}
