import type { IncomingMessage } from 'node:http'
import { AgentError } from '@x/types'
import type { AddressRules } from './http-address.js'
import { resolveHost } from './http-address.js'
import type { AllowList } from './http-allow.js'
import type { Deadline } from './http-deadline.js'
import type { Hop, HopBounds } from './http-exchange.js'
import { exchange } from './http-exchange.js'

export interface HttpCall {
  readonly url: URL
  readonly method: string
  /** What the model asked for and what every request carries; lower-case names. */
  readonly headers: { readonly [name: string]: string }
  readonly body?: string | undefined
}

export interface FollowRules extends AddressRules, HopBounds {
  readonly isAllowed: AllowList
  /** What the allow-list says, for the model. */
  readonly allowed: string
  readonly maxRedirects: number
  readonly ca?: string | undefined
  /** Headers that only this origin may see; asked for each hop. */
  secretHeaders(origin: string): Promise<{ readonly [name: string]: string }>
}

/**
 * Sends a call and follows its redirects by hand: each hop is held to the same rules as the first, with headers of its
 * own. Another origin gets none of the model's headers but `accept`, and no body.
 * @throws AgentError `access-denied` for what the rules refuse, else what a hop throws
 */
export async function follow(
  call: HttpCall,
  rules: FollowRules,
  deadline: Deadline,
): Promise<{ readonly response: IncomingMessage; readonly url: URL }> {
  let current = call
  for (let redirects = 0; ; redirects += 1) {
    const { url } = current
    checkUrl(url, rules, redirects > 0)
    const response = await send(current, rules, deadline)
    const target = redirectTarget(response, url)
    if (!target) return { response, url }
    response.destroy()
    if (redirects >= rules.maxRedirects) {
      throw refused(`${call.url.host} redirects more than ${rules.maxRedirects} times.`)
    }
    current = redirected(current, response.statusCode ?? 0, target)
  }
}

async function send(call: HttpCall, rules: FollowRules, deadline: Deadline): Promise<IncomingMessage> {
  const { url, method, body } = call
  deadline.expect(`The host ${url.hostname} could not be resolved`, rules.connectTimeoutMs)
  const addresses = await deadline.until(resolveHost(url.hostname, rules))
  const secret = await deadline.until(rules.secretHeaders(url.origin))
  const hop: Hop = { url, method, headers: { ...call.headers, ...secret }, body, addresses, ca: rules.ca }
  return await exchange(hop, rules, deadline)
}

function checkUrl(url: URL, { isAllowed, allowed }: FollowRules, isRedirect: boolean): void {
  const what = isRedirect ? 'The answer redirects to' : 'The request goes to'
  const hint = `Allowed: ${allowed}.`
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(`${what} a ${url.protocol} address.`, hint)
  if (url.username !== '' || url.password !== '') {
    throw refused(`${what} an address that holds a user name or a password.`, 'Leave them out.')
  }
  // The same host under another name, which allow-lists and origins would tell apart.
  if (url.hostname.endsWith('.')) throw refused(`${what} a host that ends in a dot.`, 'Leave it out.')
  if (!isAllowed(url)) throw refused(`${what} ${url.origin}, which is not allowed.`, hint)
}

function redirectTarget({ statusCode = 0, headers: { location } }: IncomingMessage, url: URL): URL | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(statusCode)) return undefined
  if (!URL.canParse(location, url.href)) throw refused(`${url.host} redirects to an address that cannot be read.`)
  return new URL(location, url.href)
}

function redirected({ url, method, headers, body }: HttpCall, status: number, target: URL): HttpCall {
  const isSafe = method === 'GET' || method === 'HEAD'
  const becomesGet = !isSafe && (status === 303 || (status < 303 && method === 'POST'))
  const isSameOrigin = target.origin === url.origin
  if (!isSafe && !becomesGet && !isSameOrigin) {
    throw refused(
      `${url.host} redirects this ${method} to ${target.origin}.`,
      'Send it there yourself if it belongs there.',
    )
  }
  const keeps = (name: string) => carried.has(name) || (isSameOrigin && !(becomesGet && name.startsWith('content-')))
  return {
    url: target,
    method: becomesGet ? 'GET' : method,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => keeps(name))),
    body: becomesGet ? undefined : body,
  }
}

const carried = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent'])

function refused(message: string, hint?: string): AgentError {
  return new AgentError('access-denied', message, { ...(hint !== undefined && { hint }) })
}
