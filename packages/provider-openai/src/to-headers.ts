import { AgentError } from '@x/types'
import type { Endpoint } from './base-url.js'
import { isReadableOnTheWay } from './base-url.js'
import type { OpenAIConfig } from './config.js'
import { environment } from './environment.js'

/** What goes with a request, and which of it must never be shown. */
export interface RequestHeaders {
  readonly headers: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
}

/**
 * @throws AgentError `credentials` when there is no key where one is needed, or it cannot be had; `invalid-config` when
 *   a key would be readable on its way.
 */
export async function toHeaders(config: OpenAIConfig, endpoint: Endpoint): Promise<RequestHeaders> {
  const own = config.headers ?? {}
  const key = await keyOf(config, endpoint)
  const hasOwnKey = Object.keys(own).some((name) => keyHeaders.has(name.toLowerCase()))
  if (key === undefined && !hasOwnKey && endpoint.quirks.needsKey) throw missingKey(endpoint)
  const secrets = [...(key === undefined ? [] : [key]), ...Object.values(own)]
  if (secrets.length > 0 && !config.allowInsecure && isReadableOnTheWay(endpoint.url)) throw readable(endpoint)
  return {
    headers: {
      'content-type': 'application/json',
      accept: (config.streaming ?? true) ? 'text/event-stream' : 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value])),
    },
    secrets,
  }
}

const keyHeaders: ReadonlySet<string> = new Set(['authorization', 'api-key', 'x-api-key'])

async function keyOf({ apiKey }: OpenAIConfig, { quirks, isFromEnvironment }: Endpoint): Promise<string | undefined> {
  if (apiKey === false) return undefined
  const variables = [...quirks.keyVariables, ...(isFromEnvironment ? ['OPENAI_API_KEY'] : [])]
  if (apiKey === undefined)
    return variables
      .map(environment)
      .find((key) => key !== undefined)
      ?.trim()
  if (typeof apiKey === 'string') return apiKey
  let key: unknown
  try {
    key = await apiKey()
  } catch (cause) {
    throw new AgentError('credentials', 'The function given as apiKey failed.', { cause })
  }
  if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key
  throw new AgentError('credentials', 'The function given as apiKey gave no key of printable ASCII without blanks.')
}

function missingKey({ name, quirks }: Endpoint): AgentError {
  return new AgentError('credentials', `There is no key for ${name}.`, {
    hint: `Give apiKey, or set ${quirks.keyVariables.join(' or ')} in the environment.`,
  })
}

function readable({ name }: Endpoint): AgentError {
  return new AgentError('invalid-config', `A key or header would go to ${name} in the clear.`, {
    hint: 'Use https, or set allowInsecure: true if you trust the whole network between.',
  })
}
