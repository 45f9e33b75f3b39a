import { createHash, timingSafeEqual } from 'node:crypto'

export interface GuardOptions {
  /**
   * What the `Host` header may be: `name` or `name:port`. Default: the loopback names with any port. It is what keeps a
   * page on the web, whose name was made to point at this machine, from using the tools (DNS rebinding).
   */
  readonly allowedHosts?: readonly string[]
  /** Origins of web pages that may call. Default none; programs that are no browsers send no `Origin`. */
  readonly allowedOrigins?: readonly string[]
  /** A bearer token that every request must carry, or who checks it. Default: none is asked for. */
  readonly token?: string | ((token: string) => boolean | Promise<boolean>)
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** The answer to a request that must not go on. */
export async function refusalOf(request: Request, options: GuardOptions): Promise<Response | undefined> {
  const { allowedHosts = loopback, allowedOrigins = [], token } = options
  const host = (request.headers.get('host') ?? new URL(request.url).host).toLowerCase()
  if (!allowedHosts.includes(host) && !allowedHosts.includes(host.replace(/:\d+$/, ''))) {
    return refusal(403, 'This host name is not allowed.')
  }
  const origin = request.headers.get('origin')
  if (origin !== null && !allowedOrigins.includes(origin)) return refusal(403, 'This origin is not allowed.')
  if (token === undefined || (await isTokenRight(tokenOf(request), token))) return undefined
  return refusal(401, 'A valid bearer token is needed.', { 'www-authenticate': 'Bearer' })
}

/** What a session is bound to: whoever opened it must also carry it on. */
export function ownerOf(request: Request): string {
  return digest(tokenOf(request)).toString('hex')
}

/** An error in the form that clients of the protocol read. */
export function refusal(status: number, message: string, headers: { readonly [name: string]: string } = {}): Response {
  const body = { jsonrpc: '2.0', error: { code: -32000, message }, id: null }
  return Response.json(body, { status, headers })
}

function tokenOf(request: Request): string {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  return token
}

async function isTokenRight(given: string, token: NonNullable<GuardOptions['token']>): Promise<boolean> {
  if (given === '') return false
  if (typeof token === 'function') return (await token(given)) === true
  return timingSafeEqual(digest(given), digest(token))
}

/** Digests are of one length, so comparing them tells nothing by its time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
