import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Refusal } from './refusal.js'

/** What a Signature Version 4 is checked against. */
export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** If set, every request must carry it, and sign it. */
  readonly sessionToken?: string
  /** After this moment they are refused as expired. */
  readonly expiration?: Date
}

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: string
  /** As sent: percent-encoded, with its query. */
  readonly path: string
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string }
  /** `:authority` or `host`. */
  readonly authority: string
  readonly body: Uint8Array
}

/**
 * Checks the header `authorization` as the service does; why it refuses, or `undefined`. No message holds a secret: the
 * service's own goes on with the canonical request, which may hold the session token, and is cut short here.
 */
export function checkSignature(
  request: SignedRequest,
  credentials: SigningCredentials,
  now: Date = new Date(),
): Refusal | undefined {
  const { headers } = request
  const given = fromAuthorization(headers.authorization ?? '')
  if (typeof given === 'string') return refused('IncompleteSignatureException', given)
  const time = headers['x-amz-date'] ?? ''
  const [accessKeyId = '', day = '', region = '', service = '', ending = ''] = given.credential.split('/')
  if (!sameSecret(accessKeyId, credentials.accessKeyId)) return unknownToken
  if (!sameSecret(headers['x-amz-security-token'] ?? '', credentials.sessionToken ?? '')) return unknownToken
  if (credentials.expiration && now >= credentials.expiration) {
    return refused('ExpiredTokenException', 'The security token included in the request is expired')
  }
  const wrong = scopeProblem({ day, region, service, ending, time }) ?? headersProblem(request, given.signedHeaders)
  const problem = wrong ?? clockProblem(time, now)
  if (problem) return refused('InvalidSignatureException', problem)

  const { signedHeaders } = given
  const signature = signatureOf(request, { secretAccessKey: credentials.secretAccessKey, time, region, signedHeaders })
  return sameSecret(given.signature, signature) ? undefined : wrongSignature
}

/** The signature that a request must have, in hexadecimal. Scope: the day of `time`, the region, service `bedrock`. */
export function signatureOf(
  request: SignedRequest,
  signing: {
    readonly secretAccessKey: string
    /** As in `x-amz-date`. */
    readonly time: string
    readonly region: string
    /** In the order of the alphabet. */
    readonly signedHeaders: readonly string[]
  },
): string {
  const { secretAccessKey, time, region, signedHeaders } = signing
  const scope = [time.slice(0, 8), region, 'bedrock', 'aws4_request']
  const canonical = sha256(toCanonicalRequest(request, signedHeaders))
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), canonical].join('\n')
  const key = scope.reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${secretAccessKey}`))
  return hmac(key, text).toString('hex')
}

/** Takes as long for any two texts of the same length as for equal ones; the digests hide their lengths too. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right))
}

interface GivenSignature {
  readonly credential: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** The three parts of the header, or what is wrong with it. */
function fromAuthorization(header: string): GivenSignature | string {
  const part = (name: string) => new RegExp(`[ ,]${name}=([^, ]+)`).exec(header)?.[1]
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map(part)
  const missing = [
    ...(credential ? [] : ['Credential']),
    ...(signature ? [] : ['Signature']),
    ...(signedHeaders ? [] : ['SignedHeaders']),
  ]
  if (credential && signedHeaders && signature) {
    return { credential, signedHeaders: signedHeaders.split(';'), signature }
  }
  return missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' ')
}

function scopeProblem(scope: {
  readonly day: string
  readonly region: string
  readonly service: string
  readonly ending: string
  readonly time: string
}): string | undefined {
  const { day, region, service, ending, time } = scope
  if (service !== 'bedrock') return "Credential should be scoped to correct service: 'bedrock'."
  if (ending !== 'aws4_request') return "Credential should be scoped with a valid terminator: 'aws4_request'."
  if (region === '') return 'Credential should be scoped to a valid region.'
  if (timeOf(time) === undefined) return 'Date must be in ISO-8601 basic format: yyyyMMddTHHmmssZ, in x-amz-date.'
  if (time.startsWith(day) && day.length === 8) return undefined
  return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${time.slice(0, 8)}', from '${time}'.`
}

/** A signature that leaves these open would hold for another host, another time or another session. */
function headersProblem({ headers }: SignedRequest, signed: readonly string[]): string | undefined {
  if (!signed.includes('host') && !signed.includes(':authority')) {
    return "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
  }
  const open = Object.keys(headers).find((name) => mustBeSigned.has(name) && !signed.includes(name))
  return open && `'${open}' must be a 'SignedHeader' in the AWS Authorization.`
}

const mustBeSigned: ReadonlySet<string> = new Set(['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'])
const maxSkewMs = 5 * 60 * 1000

function clockProblem(time: string, now: Date): string | undefined {
  const skewMs = (timeOf(time) ?? 0) - now.getTime()
  const bound = (ms: number) => basicFormat(new Date(now.getTime() + ms))
  if (skewMs > maxSkewMs) {
    return `Signature not yet current: ${time} is still later than ${bound(maxSkewMs)} (${bound(0)} + 5 min.)`
  }
  if (skewMs >= -maxSkewMs) return undefined
  return `Signature expired: ${time} is now earlier than ${bound(-maxSkewMs)} (${bound(0)} - 5 min.)`
}

/** Bytes are hashed here, whatever hash the client claims. */
function toCanonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const { method, path, headers, authority, body } = request
  const [pathname = '', query = ''] = path.split(/\?(.*)/s)
  const headerOf = (name: string) => (name === ':authority' || name === 'host' ? authority : (headers[name] ?? ''))
  const canonicalHeaders = signedHeaders.map((name) => `${name}:${headerOf(name).trim().replace(/ +/g, ' ')}\n`)
  return [
    method,
    // The path is signed as it travels, encoded once more.
    pathname.split('/').map(encode).join('/'),
    toCanonicalQuery(query),
    canonicalHeaders.join(''),
    signedHeaders.join(';'),
    headers['x-amz-content-sha256'] === undefined || headers['x-amz-content-sha256'] === sha256(body)
      ? sha256(body)
      : 'the body is not what was signed',
  ].join('\n')
}

function toCanonicalQuery(query: string): string {
  // In the order of names, then values; 0 sorts before every letter that can stand there.
  const pairs = [...new URLSearchParams(query)].map(([name, value]) => `${encode(name)}\0${encode(value)}`)
  return pairs.sort().join('&').replaceAll('\0', '=')
}

/** RFC 3986: only letters, digits and `-._~` stay. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Milliseconds since 1970 of `20260131T235959Z`. */
function timeOf(basic: string): number | undefined {
  const [, ...fields] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(basic) ?? []
  const [year = 0, month = 1, ...rest] = fields.map(Number)
  return fields.length === 0 ? undefined : Date.UTC(year, month - 1, ...rest)
}

/** `20260131T235959Z` */
export function basicFormat(date: Date): string {
  return date.toISOString().replace(/\.\d+|[-:]/g, '')
}

const digest = (data: string | Uint8Array) => createHash('sha256').update(data).digest()
export const sha256 = (data: string | Uint8Array) => digest(data).toString('hex')
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()

function refused(error: string, message: string): Refusal {
  return { status: 403, error, message }
}

const unknownToken = refused('UnrecognizedClientException', 'The security token included in the request is invalid.')
const wrongSignature = refused(
  'InvalidSignatureException',
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
)
