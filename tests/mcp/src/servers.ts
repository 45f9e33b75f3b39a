import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import type { StdioServer } from '@x/mcp'

const require = createRequire(import.meta.url)
const manifests = {
  everything: require.resolve('@modelcontextprotocol/server-everything/package.json'),
  filesystem: require.resolve('@modelcontextprotocol/server-filesystem/package.json'),
  memory: require.resolve('@modelcontextprotocol/server-memory/package.json'),
}

/** A published server, started with the Node of this process: no npx, no network. */
export function publishedServer(
  name: keyof typeof manifests,
  args: readonly string[] = [],
  env?: { readonly [name: string]: string },
): StdioServer {
  return { command: process.execPath, args: [programOf(name), ...args], ...(env && { env }) }
}

export interface HttpProcess {
  readonly url: string
  readonly port: number
  kill(): Promise<void>
}

/** `server-everything` over Streamable HTTP, listening. */
export async function everythingOverHttp(port?: number): Promise<HttpProcess> {
  const chosen = port ?? (await freePort())
  const env = { PATH: process.env.PATH, PORT: String(chosen) }
  const child = spawn(process.execPath, [programOf('everything'), 'streamableHttp'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let printed = ''
    child.stderr.on('data', (chunk) => {
      printed += chunk
      if (printed.includes('listening on port')) resolve()
    })
    child.once('exit', () => reject(new Error(`The server ended: ${printed}`)))
  })
  return {
    url: `http://127.0.0.1:${chosen}/mcp`,
    port: chosen,
    kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function programOf(name: keyof typeof manifests): string {
  return join(dirname(manifests[name]), 'dist/index.js')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
