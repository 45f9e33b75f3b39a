import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The mock server of CopilotKit as a process of its own: an OpenAI-compatible server that nobody here wrote. */
export interface Aimock {
  /** For `baseUrl`. */
  readonly url: string
  close(): Promise<void>
}

/** `fixtures`: what it answers to what, the first that fits. */
export async function startAimock(fixtures: readonly object[]): Promise<Aimock> {
  const folder = await mkdtemp(join(tmpdir(), 'aimock-'))
  const file = join(folder, 'fixtures.json')
  await writeFile(file, JSON.stringify({ fixtures }))
  const entry = createRequire(import.meta.url).resolve('@copilotkit/aimock')
  const command = join(dirname(entry), 'cli.js')
  const child = spawn(process.execPath, [command, '--port', '0', '--fixtures', file, '--chunk-size', '7'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await addressOf(child)
  return {
    url: `${url}/v1`,
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

/** It says on its output where it listens. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const read = (bytes: Buffer) => {
      said += bytes.toString()
      const address = /listening on (http:\S+)/.exec(said)?.[1]
      if (address) resolve(address)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => reject(new Error(`aimock ended with ${code}: ${said}`)))
  })
}
