import { AgentError } from '@x/types'
import type { OpenAIConfig } from './config.js'
import { environment } from './environment.js'
import type { Quirks } from './quirks.js'
import { quirksOf } from './quirks.js'

/** Who is asked. */
export interface Endpoint {
  /** Of `/chat/completions`. */
  readonly url: string
  /** For error messages: without the query, which may hold a key. */
  readonly name: string
  readonly quirks: Quirks
  /** The address was named by `OPENAI_BASE_URL`, so `OPENAI_API_KEY` is meant for it. */
  readonly isFromEnvironment: boolean
}

/** @throws AgentError `invalid-config` when the environment's address is none. */
export function endpointOf(config: Pick<OpenAIConfig, 'baseUrl' | 'dialect'>): Endpoint {
  const fromEnvironment = config.baseUrl === undefined ? environment('OPENAI_BASE_URL') : undefined
  const problem = fromEnvironment && baseUrlProblem(fromEnvironment)
  if (problem) throw new AgentError('invalid-config', `${problem} It comes from OPENAI_BASE_URL.`)
  const url = new URL(config.baseUrl ?? fromEnvironment ?? 'https://api.openai.com/v1')
  const quirks = quirksOf(url, config.dialect)
  const name = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`
  return { url: url.href, name, quirks, isFromEnvironment: fromEnvironment !== undefined }
}

/** What is wrong with it, if anything. */
export function baseUrlProblem(baseUrl: string): string | undefined {
  if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
    return 'baseUrl of an OpenAI-compatible model must be an http or https URL.'
  }
  const { username, password, pathname } = new URL(baseUrl)
  // Such an address would be shown in `model.config`, and `fetch` refuses it.
  if (username || password) return 'baseUrl must not hold a user name or password: give them as apiKey or headers.'
  if (/\/chat\/completions\/?$/.test(pathname)) return 'baseUrl must end before /chat/completions, usually in /v1.'
  return undefined
}

/** Whether what is sent there can be read on the way. */
export function isReadableOnTheWay(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
