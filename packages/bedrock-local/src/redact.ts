import type { JsonValue } from '@x/types'

const redacted = '[redacted]'

/** Headers without those that carry credentials. */
export function withoutSecrets(headers: { readonly [name: string]: string }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.has(name)))
}

/** A path whose query holds no signature, token or key. */
export function redactPath(path: string): string {
  return path.replace(/([?&][^=&]*(?:signature|token|credential|key)[^=&]*=)[^&]*/gi, `$1${redacted}`)
}

/**
 * A JSON value to be printed: what a name or its looks mark as a secret is taken out, and media are cut to their first
 * letters.
 */
export function redactSecrets(value: JsonValue): JsonValue {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map(redactSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (secretNames.test(name) && typeof member === 'string') return [name, redacted]
      if (mediaNames.has(name) && typeof member === 'string' && member.length > 100) {
        return [name, `${member.slice(0, 20)}... (${member.length} letters)`]
      }
      return [name, redactSecrets(member as JsonValue)]
    }),
  )
}

const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-amz-security-token',
  'x-api-key',
])
const mediaNames: ReadonlySet<string> = new Set(['bytes', 'redactedContent', 'signature'])
const secretNames =
  /^(.*_)?(authorization|password|passwd|secret|token|credentials?|api_?key|private_?key)$|.*(Password|Secret|Token|ApiKey|PrivateKey|AccessKey)$/i
/** Keys of AWS and of Bedrock, bearer tokens and private keys. */
const secretTexts = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g,
  /\bABSK[A-Za-z0-9+/=]{20,}/g,
  /\bbedrock-api-key-[A-Za-z0-9+/=_-]+/g,
  /(?<=\bBearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
]

/** What looks like a secret is taken out, wherever it stands. */
export function redactText(text: string): string {
  return secretTexts.reduce((rest, pattern) => rest.replace(pattern, redacted), text)
}
