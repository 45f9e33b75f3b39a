import type { PartialAnswer } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import type { ErrorContext, Failure } from './error-table.js'
import { errorRows } from './error-table.js'
import { ServiceFault } from './service-fault.js'

/** What is known about a call that failed. */
export interface FailedCall extends ErrorContext {
  /** The call was ended from this side: nothing that the connection says about it counts. */
  readonly aborted: boolean
  /** The answer had begun. */
  readonly reading: boolean
  /** Texts that must not be shown. */
  readonly secrets: readonly string[]
  readonly requestId?: string | undefined
  readonly partial?: PartialAnswer | undefined
}

/** Whatever the server, the network or `fetch` throws, as the one error class. */
export function fromError(error: unknown, call: FailedCall): AgentError {
  const { requestId, partial } = call
  const where = `${call.modelId} at ${call.endpoint.name}`
  const known = given({ requestId, partial })
  if (call.aborted) return new AgentError('aborted', `The call of ${where} was aborted.`, { cause: error, ...known })
  if (isAgentError(error)) {
    const { code, retryable, message, hint, cause } = error
    const bare = hint && message.endsWith(` ${hint}`) ? message.slice(0, -hint.length - 1) : message
    return new AgentError(code, `${where} failed: ${bare}`, { retryable, ...given({ hint, cause }), ...known })
  }
  const failure = toFailure(error, call.reading)
  const row = errorRows.find(({ when }) => when(failure))
  const fault = error instanceof ServiceFault ? error : undefined
  const said = withoutSecrets(describe(failure, fault), call.secrets)
  return new AgentError(row?.code ?? 'internal', `${where} failed: ${said}`, {
    retryable: row?.retryable ?? false,
    // What a server or proxy says is told in the message, without keys; an object of theirs might hold one.
    ...(!fault && { cause: error }),
    ...given({ hint: row?.hint?.(call), status: fault?.status, retryAfterMs: fault?.retryAfterMs }),
    ...known,
  })
}

function toFailure(error: unknown, reading: boolean): Failure {
  if (error instanceof ServiceFault) {
    const { message, status = 0, type, code, isForeign } = error
    return { message, status, codes: [code, type].filter((word) => word !== ''), from: 'server', isForeign }
  }
  const chain: (Partial<Error> & { code?: unknown })[] = []
  for (let link: unknown = error; link instanceof Error && chain.length < 5; link = link.cause) chain.push(link)
  const message = chain.map((link) => link.message).join(': ') || String(error)
  const codes = chain.map(({ code }) => code).filter((code) => typeof code === 'string')
  return { message, status: 0, codes, from: reading ? 'reading' : 'connecting', isForeign: false }
}

function describe({ message, isForeign }: Failure, fault: ServiceFault | undefined): string {
  const status = fault?.status === undefined ? '' : `HTTP ${fault.status}`
  const word = fault?.code && !/^\d+$/.test(fault.code) ? fault.code : (fault?.type ?? '')
  const bare = message || (isForeign ? 'without a message' : 'an error without a message')
  const about = [status, word].filter((text) => text !== '').join(', ')
  const said = about === '' ? bare : `${bare.replace(/\.$/, '')} (${about})`
  return /[.!?]$/.test(said) ? said : `${said}.`
}

/** Servers like to repeat a key that they refuse, and `fetch` headers that it cannot send. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 4)
    .reduce((bare, secret) => bare.replaceAll(secret, '[hidden]'), text)
}

/** Without the members that are undefined. */
function given<Options extends object>(options: Options): { [Key in keyof Options]?: NonNullable<Options[Key]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
}
