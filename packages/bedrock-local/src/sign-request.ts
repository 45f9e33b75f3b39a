import type { SigningCredentials } from './check-signature.js'
import { basicFormat, sha256, signatureOf } from './check-signature.js'

/** What a request to the service is signed with: keys, or a Bedrock API key. */
export type Signer = { readonly credentials: SigningCredentials } | { readonly apiKey: string }

/** The headers that are sent, the signature among them (Signature Version 4, service `bedrock`) or the bearer token. */
export function signRequest(
  request: {
    readonly method: string
    readonly url: URL
    /** Lower-case names. */
    readonly headers: { readonly [name: string]: string }
    readonly body: Uint8Array
  },
  signer: Signer,
  region: string,
  now: Date = new Date(),
): { readonly [name: string]: string } {
  const { method, url, headers, body } = request
  if ('apiKey' in signer) return { ...headers, authorization: `Bearer ${signer.apiKey}` }
  const { accessKeyId, secretAccessKey, sessionToken } = signer.credentials
  const time = basicFormat(now)
  const sent = {
    ...headers,
    'x-amz-date': time,
    'x-amz-content-sha256': sha256(body),
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  }
  const signedHeaders = [...Object.keys(sent), 'host'].sort()
  const signature = signatureOf(
    { method, path: `${url.pathname}${url.search}`, headers: sent, authority: url.host, body },
    { secretAccessKey, time, region, signedHeaders },
  )
  const credential = `${accessKeyId}/${time.slice(0, 8)}/${region}/bedrock/aws4_request`
  const parts = [`Credential=${credential}`, `SignedHeaders=${signedHeaders.join(';')}`, `Signature=${signature}`]
  return { ...sent, authorization: `AWS4-HMAC-SHA256 ${parts.join(', ')}` }
}
