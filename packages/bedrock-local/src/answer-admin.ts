import { createRequire } from 'node:module'
import type { RecordedRequest } from './answer-request.js'
import type { Exchange } from './exchange.js'
import type { FaultRule, FaultRules } from './fault-rules.js'
import { isLocalCaller } from './is-local-caller.js'
import type { RequestLog } from './request-log.js'

/** What the admin routes show and change. */
export interface Admin {
  readonly faults: FaultRules
  readonly log: RequestLog
  readonly url: string
  readonly connections: number
}

export function isAdminPath(path: string): boolean {
  return /^\/__local(\/|\?|$)/.test(path)
}

/**
 * `GET /__local`: the status. `GET`, `POST` and `DELETE /__local/faults`: the active fault rules; what is posted, a rule
 * or a list of rules, takes the place of all. Unsigned, so only callers on this machine are served.
 */
export async function answerAdmin(exchange: Exchange, admin: Admin): Promise<void> {
  const { method, path } = exchange
  const [pathname = ''] = path.split('?')
  const route = routes[pathname.replace(/\/$/, '')]
  const action = route && Object.hasOwn(route, method) ? route[method] : undefined
  const body = await exchange.body(maxBodyBytes)
  if (!isLocalCaller(exchange)) return send(exchange, 403, { message: 'These routes serve loopback callers only.' })
  if (!route) return send(exchange, 404, { message: `There are ${Object.keys(routes).join(' and ')}.` })
  if (!action) return send(exchange, 405, { message: `${pathname} takes ${Object.keys(route).join(', ')}.` })
  try {
    return await send(exchange, 200, action(admin, body?.toString() ?? ''))
  } catch (error) {
    return send(exchange, 400, { message: (error as Error).message })
  }
}

const maxBodyBytes = 1_000_000
const recentRequests = 20

type Action = (admin: Admin, body: string) => unknown

const routes: { readonly [path: string]: { readonly [method: string]: Action } } = {
  '/__local': { GET: statusOf },
  '/__local/faults': {
    GET: ({ faults }) => ({ faults: faults.list() }),
    POST({ faults }, body) {
      faults.replace(fromBody(body))
      return { faults: faults.list() }
    },
    DELETE({ faults }) {
      faults.replace([])
      return { faults: [] }
    },
  },
}

function statusOf({ faults, log, url, connections }: Admin) {
  return {
    version: versionOfPackage(),
    url,
    connections,
    requests: log.counts,
    pending: log.pending,
    faults: faults.list(),
    recent: log.requests.slice(-recentRequests).map(withoutBody),
  }
}

function withoutBody({ body: _, headers: __, ...rest }: RecordedRequest) {
  return rest
}

function versionOfPackage(): string {
  // Both the source and the built file lie one folder below it.
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version
}

function fromBody(body: string): readonly FaultRule[] {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new Error('The body is no JSON. Post a rule such as {"fault":"ThrottlingException","times":2}, or a list.')
  }
  const rules = Array.isArray(value) ? value : [value]
  for (const rule of rules) {
    if (typeof rule !== 'object' || rule === null || !('fault' in rule)) {
      throw new Error('A rule is an object with a fault, such as {"fault":"ThrottlingException","times":2}.')
    }
  }
  return rules as FaultRule[]
}

async function send(exchange: Exchange, status: number, value: unknown): Promise<void> {
  const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
  exchange.start(status, {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'cache-control': 'no-store',
  })
  await exchange.write(body)
  exchange.end()
}
