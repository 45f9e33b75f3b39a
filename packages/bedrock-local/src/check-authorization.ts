import type { SignedRequest, SigningCredentials } from './check-signature.js'
import { checkSignature, sameSecret } from './check-signature.js'
import type { Refusal } from './refusal.js'

/** Who may call. With neither, everybody may. */
export interface Authorization {
  /** Requests signed with these (Signature Version 4, service `bedrock`, any region) are let in. */
  readonly credentials?: SigningCredentials | undefined
  /** Requests with one of these Bedrock API keys as their bearer token are let in. */
  readonly apiKeys?: readonly string[] | undefined
}

/** Why the service would turn a request away, in its words where they are known; `undefined` if it lets it in. */
export function checkAuthorization(request: SignedRequest, allowed: Authorization): Refusal | undefined {
  const { credentials, apiKeys } = allowed
  if (!credentials && !apiKeys) return undefined
  const header = request.headers.authorization?.trim() ?? ''
  if (header === '') return missing
  const [scheme = '', token = ''] = header.split(/\s+(.*)/s)
  if (scheme.toLowerCase() === 'bearer') {
    // Every key is compared, so that the time does not tell which one was near.
    const fitting = (apiKeys ?? []).filter((key) => sameSecret(key, token))
    return fitting.length > 0 ? undefined : badApiKey
  }
  if (scheme !== 'AWS4-HMAC-SHA256') return missing
  return credentials ? checkSignature(request, credentials) : unknownSigner
}

const missing: Refusal = {
  status: 403,
  error: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
}
const badApiKey: Refusal = {
  status: 403,
  error: 'AccessDeniedException',
  message: 'Authentication failed: Please make sure your API Key is valid.',
  member: 'Message',
}
const unknownSigner: Refusal = {
  status: 403,
  error: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
}
