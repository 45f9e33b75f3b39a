import type { CassetteEntry, RecordedAnswer } from './cassette-entry.js'
import { toContent, toRecordedRequest, toStreamContent } from './cassette-entry.js'
import { openCassette } from './cassette-file.js'
import type { SigningCredentials } from './check-signature.js'
import type { RawAnswer, RawRequest, RawSource } from './raw-answer.js'
import type { Redaction } from './redactor.js'
import { redactor } from './redactor.js'
import type { Signer } from './sign-request.js'
import { signRequest } from './sign-request.js'

export interface RecordOptions {
  /** The file that is written to: JSON lines, added to what is there. */
  readonly cassette: string
  /** Default: `https://bedrock-runtime.<region>.amazonaws.com`. */
  readonly upstream?: string
  /** Default: the upstream's own, `AWS_REGION`, `AWS_DEFAULT_REGION`, then `us-west-2`. */
  readonly region?: string
  /** What requests are signed with anew, or a provider of it. Default: `AWS_ACCESS_KEY_ID` and so on. */
  readonly credentials?: SigningCredentials | (() => Promise<SigningCredentials>)
  /** A Bedrock API key in place of credentials. Default: `AWS_BEARER_TOKEN_BEDROCK`, if there are no credentials here. */
  readonly apiKey?: string
  /** What else must not get into the file. Replaying needs the same rules. */
  readonly redact?: Redaction
  /** Sends the signed request. Default: `fetch` of Node.js. */
  readonly fetch?: typeof fetch
}

/**
 * Passes requests on to an upstream, signed anew, and writes each with its answer to a cassette. The client's own
 * credentials go nowhere. An answer is written when its last byte has come and before the client gets the end of it; one
 * that the client leaves is not written.
 * @throws Error when the file cannot be written, or there is nothing to sign with.
 */
export async function recordUpstream(options: RecordOptions): Promise<RawSource> {
  const region = regionOf(options)
  const upstream = options.upstream ?? `https://bedrock-runtime.${region}.amazonaws.com`
  if (!/^https?:\/\//.test(upstream) || !URL.canParse(upstream)) {
    throw new Error(`The upstream must be an http or https URL, not ${JSON.stringify(upstream)}.`)
  }
  const signer = signerOf(options)
  const cassette = await openCassette(options.cassette)
  const send = options.fetch ?? fetch

  return async (request, { signal }) => {
    const signed = await signer()
    const redact = redactor(options.redact, secretsOf(signed, request))
    const url = new URL(upstream.replace(/\/+$/, '') + request.path)
    const body = request.method === 'GET' ? undefined : Buffer.from(request.body)
    const toSign = { method: request.method, url, headers: passedOn(request.headers), body: request.body }
    const headers = signRequest(toSign, signed, region)
    const { method } = request
    // A redirect would carry the signature to another host.
    const init: RequestInit = { method, headers, signal, redirect: 'error', ...(body && { body }) }
    const response = await send(url, init).catch((cause) => {
      throw new Error(`${url.origin} gave no answer: ${causeOf(cause)}.`, { cause })
    })
    const answer: RawAnswer = {
      status: response.status,
      headers: givenBack(response.headers),
      body: response.body ?? noBytes(),
    }
    const write = (bytes: Buffer, broken: boolean) => {
      const recorded = toRecordedAnswer(answer, bytes, broken, redact)
      return cassette.append({ ...toRecordedRequest(request, redact), answer: recorded } satisfies CassetteEntry)
    }
    return { ...answer, body: recorded(answer.body, signal, write) }
  }
}

/** The same bytes; all of them together are written at their end, or where they break off. */
async function* recorded(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  write: (bytes: Buffer, broken: boolean) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const written = (broken: boolean) =>
    write(Buffer.concat(chunks), broken).catch((cause) => {
      throw new Error(`The answer could not be recorded: ${(cause as Error).message}`, { cause })
    })
  try {
    for await (const bytes of body) {
      length += bytes.length
      if (length > maxAnswerBytes) throw new Error(`The answer has more than ${maxAnswerBytes} bytes.`)
      chunks.push(bytes)
      yield bytes
    }
  } catch (error) {
    if (!signal.aborted && length <= maxAnswerBytes) await written(true)
    throw error
  }
  await written(false)
}

const maxAnswerBytes = 50_000_000

function toRecordedAnswer(
  { status, headers }: RawAnswer,
  bytes: Buffer,
  broken: boolean,
  redact: ReturnType<typeof redactor>,
): RecordedAnswer {
  const isStream = headers['content-type']?.includes('eventstream')
  const clean = Object.entries(headers).map(([name, value]) => [name, redact.text(value)])
  return {
    status,
    headers: Object.fromEntries(clean),
    body: isStream ? toStreamContent(bytes, redact) : toContent(bytes, redact),
    ...(broken && { broken: true }),
  }
}

async function* noBytes(): AsyncGenerator<never> {}

/** Of a request, all that has a meaning and is no credential. */
function passedOn(headers: RawRequest['headers']): { readonly [name: string]: string } {
  return chosen(Object.entries(headers), /^(content-type|accept|x-amzn-bedrock-[\w-]+)$/)
}

/** Of an answer, what the service says; lengths and encodings are those of this connection. */
function givenBack(headers: Headers): { readonly [name: string]: string } {
  return chosen([...headers], /^(content-type|retry-after|x-amzn-(?!trace-id)[\w-]+)$/)
}

function chosen(headers: readonly (readonly [string, string])[], names: RegExp): { readonly [name: string]: string } {
  return Object.fromEntries(headers.filter(([name]) => names.test(name)))
}

function secretsOf(signer: Signer, { headers }: RawRequest): readonly (string | undefined)[] {
  const own = 'apiKey' in signer ? [signer.apiKey] : Object.values(signer.credentials).map(String)
  return [...own, headers['x-amz-security-token'], headers.authorization?.replace(/^Bearer\s+/i, '')]
}

function regionOf({ region, upstream }: RecordOptions): string {
  const [, named] = /^https:\/\/bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.amazonaws\./.exec(upstream ?? '') ?? []
  return region ?? named ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-west-2'
}

function signerOf({ credentials, apiKey }: RecordOptions): () => Promise<Signer> {
  const { AWS_BEARER_TOKEN_BEDROCK, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (apiKey) return async () => ({ apiKey })
  if (credentials) {
    return async () => ({ credentials: typeof credentials === 'function' ? await credentials() : credentials })
  }
  if (AWS_BEARER_TOKEN_BEDROCK) return async () => ({ apiKey: AWS_BEARER_TOKEN_BEDROCK })
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error(
      'Recording has nothing to sign with. Give `credentials` or `apiKey`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_BEARER_TOKEN_BEDROCK.',
    )
  }
  const keys = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
  return async () => ({ credentials: { ...keys, ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }) } })
}

/** `fetch` says no more than that it failed; why stands in the cause. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message
}
