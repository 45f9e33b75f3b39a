import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBedrockLocal } from '@x/bedrock-local'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

/* The default transport as it meets the real service: HTTP/2 over TLS, chosen by ALPN. */

let folder = ''
let program = ''
beforeAll(async () => {
  const packageFolder = fileURLToPath(new URL('..', import.meta.url))
  folder = await mkdtemp(join(packageFolder, 'node_modules', '.tls-'))
  program = join(folder, 'client.mjs')
  await build({
    ...{
      entryPoints: [fileURLToPath(new URL('../src/tls-client.ts', import.meta.url))],
      outfile: program,
      logLevel: 'silent',
    },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', conditions: ['@x/source'] },
    // The SDK is CommonJS inside, and asks for Node's modules by require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function run(url: string, certificate?: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...(certificate && { NODE_EXTRA_CA_CERTS: certificate }) }
    const client = spawn(process.execPath, [program, url], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    client.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    client.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`it ended with ${code}`)),
    )
  })
}

it('three calls over TLS are answered, on one connection', async () => {
  await using local = await startBedrockLocal({ tls: true, reply: () => 'Hello over TLS.' })
  const certificate = join(folder, 'ca.pem')
  await writeFile(certificate, local.certificate ?? '')
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, local.connections)), 1)
  const answers = await run(local.url, certificate)
  clearInterval(watch)
  expect(answers).toEqual(Array(3).fill('Hello over TLS.'))
  expect(local.requests.map(({ operation }) => operation)).toEqual(['ConverseStream', 'Converse', 'ConverseStream'])
  expect(most).toBe(1)
})

it('an endpoint that is not trusted is a network error, and nothing is sent', async () => {
  await using local = await startBedrockLocal({ tls: true, reply: () => 'Never said.' })
  expect(await run(local.url)).toEqual(Array(3).fill('network'))
  expect(local.requests).toEqual([])
})
