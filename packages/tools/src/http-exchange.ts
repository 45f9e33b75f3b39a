import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { AgentError } from '@x/types'
import type { HostAddress } from './http-address.js'
import type { Deadline } from './http-deadline.js'

/** One request to one host; redirects are followed elsewhere. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: { readonly [name: string]: string }
  readonly body?: string | undefined
  /** Where the host of `url` is: nothing else is connected to, and no name is resolved again. */
  readonly addresses: readonly HostAddress[]
  /** Certificates to trust, PEM. Default: those of Node. */
  readonly ca?: string | undefined
}

export interface HopBounds {
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
}

/** Sends, and waits for the headers of the answer. Its body is still to be read, or to be destroyed. */
export function exchange(hop: Hop, bounds: HopBounds, deadline: Deadline): Promise<IncomingMessage> {
  const { url, method, headers, body, addresses, ca } = hop
  const isHttps = url.protocol === 'https:'
  const options: RequestOptions & { ca?: string } = {
    method,
    headers,
    // No pool: a kept connection might be one to another address. No proxy of the environment either.
    agent: false,
    lookup: pinned(addresses),
    signal: deadline.signal,
    maxHeaderSize: 16_384,
    insecureHTTPParser: false,
    ...(ca !== undefined && { ca }),
  }
  deadline.expect(`${url.host} could not be connected to`, bounds.connectTimeoutMs)
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    const request = isHttps ? requestHttps(url, options) : requestHttp(url, options)
    request.once('socket', (socket) => {
      socket.once(isHttps ? 'secureConnect' : 'connect', () => {
        deadline.expect(`${url.host} did not answer`, bounds.idleTimeoutMs)
      })
    })
    request.once('response', resolve)
    // Stays on: what goes wrong after the answer began also comes out of its body.
    request.on('error', (error) => reject(fromRequestError(error, url)))
    // For one that ends without an error, as after an answer that wants to switch protocols.
    request.once('close', () => reject(fromRequestError({ code: 'ECONNRESET' }, url)))
    request.end(body)
  })
  return deadline.until(answer)
}

/** Node's or zlib's error in words for the model. */
export function fromRequestError(error: unknown, url: URL): AgentError {
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string }
  if (/^(CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|ERR_TLS|EPROTO)/.test(code) || message.includes('certificate')) {
    return new AgentError('network', `The certificate or the TLS of ${url.host} is not valid (${code}).`, {
      cause: error,
    })
  }
  const what = /^(Z_|ERR_|HPE_)/.test(code) ? 'sent an answer that cannot be read' : 'could not be reached'
  return new AgentError('network', `${url.host} ${what} (${code || 'unknown error'}).`, {
    retryable: /^(ECONN|EPIPE|EHOST|ENET|EAI_AGAIN|ETIMEDOUT)/.test(code),
    cause: error,
  })
}

function pinned(addresses: readonly HostAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses
    if (options.all) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
}
