import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { OtlpMetrics, OtlpTraces, Received } from './otlp.js'
import { checkMetrics, checkTraces } from './otlp.js'

/*
 * A receiver of OTLP over HTTP with JSON bodies, as a process of its own: keeps what is well-formed and answers 400 to
 * the rest. Its first line of output is its address; GET /received gives what it has. `--refuse-first` answers the
 * first request with 503, as a collector does that is starting.
 */

const received: {
  traces: OtlpTraces[]
  metrics: OtlpMetrics[]
  headers: Received['headers'][number][]
  faults: string[]
} = { traces: [], metrics: [], headers: [], faults: [] }
let refusals = process.argv.includes('--refuse-first') ? 1 : 0

const server = createServer(async (request, response) => {
  if (request.method === 'GET' && request.url === '/received') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(received))
    return
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  if (refusals > 0) {
    refusals -= 1
    response.writeHead(503, { 'retry-after': '1' }).end()
    return
  }
  const fault = keep(request.url, request.headers, Buffer.concat(chunks))
  if (fault !== undefined) received.faults.push(fault)
  response.writeHead(fault === undefined ? 200 : 400, { 'content-type': 'application/json' })
  response.end(fault === undefined ? '{"partialSuccess":{}}' : JSON.stringify({ message: fault }))
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})

/** @returns what is wrong with the request */
function keep(url: string | undefined, headers: NodeJS.Dict<string | string[]>, body: Buffer): string | undefined {
  if (headers['content-type'] !== 'application/json') return `content-type is ${headers['content-type']}`
  const { apikey, 'user-agent': userAgent } = headers
  received.headers.push({ path: url ?? '', apikey: String(apikey ?? ''), userAgent: String(userAgent ?? '') })
  try {
    const json: unknown = JSON.parse(String(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body))
    if (url === '/v1/traces') received.traces.push(checkTraces(json))
    else if (url === '/v1/metrics') received.metrics.push(checkMetrics(json))
    else return `nothing is at ${url}`
    return undefined
  } catch (error) {
    return String(error)
  }
}
