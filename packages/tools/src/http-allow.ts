import { isIP } from 'node:net'
import { AgentError } from '@x/types'

/** What may be asked: see {@link parseAllow}. */
export type AllowList = (url: URL) => boolean

/**
 * Reads entries `[scheme://]host[:port]`. The scheme is `https` unless given; the port is the scheme's own unless given;
 * `host` is a name, an address, `*.name` for everything below a name (and not the name itself), or `*` for every host.
 * @throws AgentError `invalid-config` for a list that is empty or an entry that is none of these
 */
export function parseAllow(entries: readonly string[]): AllowList {
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new AgentError('invalid-config', 'httpRequest needs a list `allow` of what may be asked.', { hint })
  }
  const rules = entries.map(toRule)
  return (url) => rules.some((rule) => rule(url))
}

const hint =
  'Entries are like "https://api.example.com", "*.example.com", "http://localhost:8080" or "*" (any https host).'
const form =
  /^(?:(?<scheme>https?):\/\/)?(?<wild>\*\.|\*(?=[:/]|$))?(?<host>\[[\da-f:.]+\]|[^\s/:*@?#[\]\\]*)(?::(?<port>\d{1,5}))?\/?$/i

type Groups = { readonly [name: string]: string | undefined }

function toRule(entry: string): AllowList {
  const { scheme = 'https', wild, host = '', port = '' }: Groups = form.exec(entry)?.groups ?? {}
  const any = wild === '*' && host === ''
  const base = parsed(`${scheme}://${any ? 'any' : host}${port && `:${port}`}`)
  const isAddress = base !== undefined && (isIP(base.hostname) !== 0 || base.hostname.startsWith('['))
  if (!base || (wild === '*.' && isAddress)) {
    throw new AgentError('invalid-config', `httpRequest cannot allow ${JSON.stringify(entry)}.`, { hint })
  }
  const { protocol, hostname } = base
  return (url) => {
    if (url.protocol !== protocol || url.port !== base.port) return false
    if (any) return true
    return wild === undefined ? url.hostname === hostname : url.hostname.endsWith(`.${hostname}`)
  }
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
