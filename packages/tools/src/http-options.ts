import { AgentError } from '@x/types'

type Headers = { readonly [name: string]: string }

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/

/** @throws AgentError `invalid-config` for one that is no method, or that would open a tunnel or echo what was sent */
export function checkMethods(methods: readonly string[]): readonly string[] {
  const broken = methods.find((method) => !/^[A-Z]{1,20}$/.test(method) || /^(CONNECT|TRACE|TRACK)$/.test(method))
  if (broken === undefined && methods.length > 0) return [...methods]
  throw new AgentError('invalid-config', `httpRequest cannot offer the method ${JSON.stringify(broken ?? '')}.`, {
    hint: 'Methods are upper-case names such as GET, HEAD, POST, PUT, PATCH and DELETE.',
  })
}

/** Headers that frame the message or lead it elsewhere; whoever sets them speaks past the rules. */
const framing = new Set(
  'accept-encoding connection content-encoding content-length expect host keep-alive te trailer transfer-encoding upgrade via'.split(
    ' ',
  ),
)

/** @throws AgentError `invalid-config` for a name that is none, or one that the model must not set */
export function checkHeaderNames(names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const lower = name.toLowerCase()
    if (token.test(lower) && !isFraming(lower)) return lower
    throw new AgentError('invalid-config', `The model cannot be let set the header ${JSON.stringify(name)}.`)
  })
}

function isFraming(name: string): boolean {
  return framing.has(name) || name.startsWith('proxy-') || name.startsWith('x-forwarded-') || name === 'forwarded'
}

/** @throws AgentError `invalid-tool-input` for a header that is not on the list, or whose value is more than one line */
export function toModelHeaders(headers: Headers, allowed: readonly string[]): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const lower = name.toLowerCase()
      if (!allowed.includes(lower)) throw new AgentError('invalid-tool-input', 'A header is not among those allowed.')
      if (!isHeaderValue(value)) throw new AgentError('invalid-tool-input', `The value of ${lower} is no header value.`)
      return [lower, value]
    }),
  )
}

function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}

/**
 * The headers of an origin, by a function of the origin and the run's own values.
 * @throws AgentError `invalid-config` at once for a key that is no origin; later, ending the run, for a broken header
 */
export function toSecretHeaders<Env>(byOrigin: {
  readonly [origin: string]: Headers | ((env: Env) => Headers | Promise<Headers>)
}): (origin: string, env: Env) => Promise<Headers> {
  for (const origin of Object.keys(byOrigin)) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    throw new AgentError('invalid-config', `httpRequest has headers for "${origin}", which is no origin.`, {
      hint: 'An origin is scheme, host and port, in lower case and without a slash behind: https://api.example.com.',
    })
  }
  return async (origin, env) => {
    const source = Object.hasOwn(byOrigin, origin) ? byOrigin[origin] : undefined
    const headers = typeof source === 'function' ? await source(env) : (source ?? {})
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => {
        if (token.test(name) && isHeaderValue(value)) return [name.toLowerCase(), value]
        // Neither is told: both may be the secret.
        throw new AgentError('invalid-config', `A header for ${origin} cannot be sent.`, { scope: 'run' })
      }),
    )
  }
}

/** What must not be shown of headers: the values, and what stands behind a scheme such as `Bearer`. */
export function secretsOf(headers: Headers): string[] {
  return Object.values(headers)
    .flatMap((value) => [value, value.slice(value.indexOf(' ') + 1)])
    .filter((value) => value.length >= 6)
    .sort((left, right) => right.length - left.length)
}
