import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { StdioServer } from './server-target.js'

export interface ChildTransport {
  readonly transport: StdioClientTransport
  /** The end of what the program wrote to stderr. */
  lastWords(): string
  /** Ends the program, by force if it does not go, and waits until it has gone. */
  end(): Promise<void>
}

const keptCharacters = 2000
/** After the last of the SDK's signals; a killed process is gone within milliseconds. */
const goneWithinMs = 2000

/** Starts nothing yet. Whatever the program writes to stderr is kept for error messages and never printed. */
export function stdioTransport(server: StdioServer, maxMessageBytes: number): ChildTransport {
  const { command, args = [], env, cwd } = server
  const transport = new StdioClientTransport({
    ...{ command, args: [...args], stderr: 'pipe', maxBufferSize: maxMessageBytes },
    ...(env && { env: { ...env } }),
    ...(cwd !== undefined && { cwd }),
  })

  let words = ''
  transport.stderr?.on('data', (chunk) => {
    words = `${words}${chunk}`.slice(-keptCharacters)
  })

  let pid: number | null = null
  let gone = () => {}
  const ended = new Promise<void>((resolve) => (gone = resolve))
  transport.onclose = () => {
    if (pid !== null) forget(pid)
    pid = null
    gone()
  }
  const start = transport.start.bind(transport)
  transport.start = async () => {
    await start()
    pid = transport.pid
    if (pid !== null) remember(pid)
  }

  return {
    transport,
    lastWords: () => words.trim(),
    async end() {
      await transport.close()
      if (pid !== null) await Promise.race([ended, after(goneWithinMs)])
    },
  }
}

/** Programs under way. They must not outlive this process, even when nobody closes their connections. */
const running = new Set<number>()

function remember(pid: number): void {
  if (running.size === 0) process.on('exit', killAll)
  running.add(pid)
}

function forget(pid: number): void {
  running.delete(pid)
  if (running.size === 0) process.removeListener('exit', killAll)
}

function killAll(): void {
  for (const pid of running) process.kill(pid, 'SIGKILL')
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
