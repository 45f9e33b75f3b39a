import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { ClientCapabilities, Implementation } from '@modelcontextprotocol/sdk/types.js'
import { AgentError } from '@x/types'
import { throwIfAborted, whileLinked } from './abort.js'
import type { ErrorSource } from './from-error.js'
import { fromError } from './from-error.js'
import { httpTransport } from './http-transport.js'
import type { Target } from './server-target.js'
import { nameOf, secretsOf } from './server-target.js'
import { stdioTransport } from './stdio-transport.js'

/** One connection that has been made: a process, or a session. */
export interface Link {
  readonly client: Client
  /** What to say about its errors, as of now. */
  source(): ErrorSource
  /** It can carry no further request. */
  lost(): boolean
  /** HTTP with a session, which the server may forget. */
  hasSession(): boolean
  /** Marks it as lost; requests under way may still be answered. */
  retire(): void
  /** Marks it as lost and releases what it holds; idempotent. */
  end(): Promise<void>
}

export interface LinkOptions {
  readonly clientInfo: Implementation
  readonly capabilities: ClientCapabilities
  /** Registers handlers before anything is sent. */
  prepare(client: Client): void
  readonly timeoutMs: number
  readonly maxMessageBytes: number
}

/** How long a server may take to hear that a session is over. */
const terminateMs = 2000

/**
 * Connects once. A connection that fails leaves no process behind.
 * @throws AgentError `invalid-config` for a program that does not exist, else as `fromError`
 */
export async function openLink(target: Target, options: LinkOptions, signal?: AbortSignal): Promise<Link> {
  if (target.type === 'client') return adoptClient(target, options)
  let lost = false
  let ended: Promise<void> | undefined
  const { transport, lastWords, end } = toTransport(target, options, () => (lost = true))
  const client = new Client(options.clientInfo, { capabilities: options.capabilities })
  const link: Link = {
    client,
    source: () => ({ name: nameOf(target), secrets: secretsOf(target), lost, lastWords: lastWords() }),
    lost: () => lost,
    hasSession: () => transport.sessionId !== undefined,
    retire: () => (lost = true),
    end() {
      lost = true
      ended ??= end().catch(() => undefined)
      return ended
    },
  }
  client.onclose = () => (lost = true)
  options.prepare(client)
  try {
    await whileLinked(signal, (linked) =>
      client.connect(transport, { timeout: options.timeoutMs, signal: linked.signal }),
    )
    answersLast(transport)
    return link
  } catch (error) {
    // A program that ends while it starts says why on stderr, which may come a moment later than its end.
    const source = link.source()
    await link.end()
    throwIfAborted(signal)
    throw notStarted(error, target) ?? fromError(error, { ...source, lastWords: lastWords() })
  }
}

/**
 * The SDK handles notifications one tick late but answers at once, so progress that comes together with the answer was
 * lost. Answers wait for that tick, too.
 */
function answersLast(transport: Transport): void {
  const receive = transport.onmessage
  transport.onmessage = (message, extra) => {
    if ('method' in message) receive?.(message, extra)
    else queueMicrotask(() => receive?.(message, extra))
  }
}

interface Opened {
  readonly transport: Transport
  lastWords(): string
  end(): Promise<void>
}

function toTransport(target: Exclude<Target, { type: 'client' }>, options: LinkOptions, onLost: () => void): Opened {
  const { maxMessageBytes } = options
  if (target.type === 'stdio') return stdioTransport(target.server, maxMessageBytes)
  if (target.type === 'transport') {
    const { transport } = target
    return { transport, lastWords: () => '', end: () => transport.close() }
  }
  const transport = httpTransport(target.server, target.url, { maxMessageBytes, onLost })
  return { transport, lastWords: () => '', end: () => endSession(transport) }
}

async function endSession(transport: StreamableHTTPClientTransport): Promise<void> {
  const given = new Promise<void>((resolve) => setTimeout(resolve, terminateMs).unref())
  await Promise.race([transport.terminateSession().catch(() => undefined), given])
  await transport.close()
}

/** A client of the caller's: who opened it closes it. */
function adoptClient(target: Extract<Target, { type: 'client' }>, { prepare }: LinkOptions): Link {
  const { client } = target
  if (!client.getServerCapabilities()) {
    throw new AgentError('invalid-config', 'The given MCP client is not connected.', {
      hint: 'Await client.connect(transport) first, or give the transport itself.',
    })
  }
  prepare(client)
  const lost = () => client.transport === undefined
  return {
    client,
    source: () => ({ name: nameOf(target), secrets: [], lost: lost(), lastWords: '' }),
    lost,
    hasSession: () => false,
    retire: () => {},
    end: async () => {},
  }
}

function notStarted(error: unknown, target: Target): AgentError | undefined {
  const missing = target.type === 'stdio' && error instanceof Error && 'code' in error && error.code === 'ENOENT'
  if (!missing) return undefined
  return new AgentError(
    'invalid-config',
    `The MCP server ${nameOf(target)} cannot be started: there is no such program.`,
    {
      hint: 'Check command and cwd; the program is looked up in PATH and run without a shell.',
    },
  )
}
