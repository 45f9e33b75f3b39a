import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { build } from 'tsup'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BedrockLocal } from '../src/index.js'
import { startBedrockLocal } from '../src/index.js'
import { runCommand } from '../src/run-command.js'
import { clientOf, converse, modelId, until, withLocal } from './helpers.js'

/** Runs the command in this process, and gives what it printed. */
async function run(...args: string[]) {
  const printed: string[] = []
  const errors: string[] = []
  const started = await runCommand(args, {
    print: (text) => void printed.push(text),
    printError: (text) => void errors.push(text),
  })
  return { started, printed, errors }
}

describe('runCommand', () => {
  it('prints the endpoint and what to export, then a line for each request', async () => {
    const { started, printed } = await run('--port', '0')
    const local = started as BedrockLocal
    try {
      expect(printed[0]).toContain(`listens on ${local.url}.`)
      expect(printed[0]).toContain(`export AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${local.url}\n`)
      expect(printed[0]).toContain('export AWS_DEFAULT_REGION=us-east-1\n')
      const { usage } = await converse(clientOf(local))
      await converse(clientOf(local), { messages: [] }).catch(() => {})
      await until(() => printed.length === 3)
      expect(printed[1]).toBe(`200 Converse ${modelId} ${usage?.inputTokens} in, ${usage?.outputTokens} out`)
      expect(printed[2]).toMatch(
        /^400 Converse .* \(ValidationException: A conversation must start with a user message/,
      )
    } finally {
      await local.close()
    }
  })

  it('prints bodies with --verbose', async () => {
    const { started, printed } = await run('--port', '0', '--verbose')
    const local = started as BedrockLocal
    try {
      await converse(clientOf(local), 'The answer to life')
      await until(() => printed.length === 2)
      expect(printed[1]).toMatch(/^200 Converse .* out\n {2}\{"messages":.*The answer to life/)
    } finally {
      await local.close()
    }
  })

  it('serves TLS with --tls, says whom to trust, and cleans up after itself', async () => {
    const { started, printed } = await run('--port', '0', '--tls')
    const local = started as BedrockLocal
    const [, file = ''] = /export NODE_EXTRA_CA_CERTS=(.*)/.exec(printed[0] ?? '') ?? []
    try {
      expect(local.url).toMatch(/^https:/)
      expect(printed[0]).toContain(`export AWS_CA_BUNDLE=${file}\n`)
      expect(await readFile(file, 'utf8')).toBe(local.certificate)
      const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: await readFile(file) }) })
      const client = new BedrockRuntimeClient({
        endpoint: local.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        requestHandler,
      })
      expect((await converse(client)).stopReason).toBe('end_turn')
      expect(local.requests).toHaveLength(1)
      client.destroy()
    } finally {
      await local.close()
    }
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    await expect(fetch(local.url)).rejects.toThrow()
  })

  it('prints the endpoint alone with --quiet', async () => {
    const { started, printed } = await run('--quiet', '--port', '0')
    const local = started as BedrockLocal
    try {
      await converse(clientOf(local))
      await until(() => local.requests[0]?.outcome === 'whole')
      expect(printed).toEqual([local.url])
    } finally {
      await local.close()
    }
  })

  it('explains itself', async () => {
    expect(await run('--help')).toMatchObject({ started: 0, printed: [expect.stringContaining('--port <number>')] })
  })

  it.each([
    [['--port', 'many'], '--port takes a number from 0 to 65535, not many.'],
    [['--colour'], "Unknown option '--colour'"],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({ started: 2, printed: [], errors: [expect.stringContaining(message)] })
  })

  it('takes a free port when nobody chose one and the usual one is taken', async () => {
    // Whether this or another program has it: it is taken.
    const holder = await startBedrockLocal({ port: 8100 }).catch(() => undefined)
    const { started } = await run('--quiet')
    const local = started as BedrockLocal
    try {
      expect(local.port).not.toBe(8100)
      expect((await converse(clientOf(local))).stopReason).toBe('end_turn')
    } finally {
      await local.close()
      await holder?.close()
    }
  })

  it('fails when the port is taken', async () => {
    await withLocal({}, async ({ port }) => {
      expect(await run('--port', String(port))).toMatchObject({
        started: 1,
        errors: [expect.stringContaining('in use')],
      })
    })
  })
})

describe('the built command', { timeout: 60_000 }, () => {
  const packageFolder = fileURLToPath(new URL('..', import.meta.url))
  let folder: string

  beforeAll(async () => {
    // Inside the package, so that its "type": "module" holds.
    folder = await mkdtemp(join(packageFolder, 'node_modules', '.built-command-'))
    await build({
      entry: [join(packageFolder, 'src/main.ts')],
      format: 'esm',
      outDir: folder,
      silent: true,
      config: join(packageFolder, 'tsup.config.ts'),
      clean: false,
      // Its neighbour may not have been built.
      noExternal: ['@x/types', '@x/provider-openai'],
      esbuildOptions(options) {
        options.conditions = ['@x/source']
      },
    })
    await symlink(join(packageFolder, 'package.json'), join(folder, 'package.json'))
  }, 60_000)

  afterAll(() => rm(folder, { recursive: true }))

  it('keeps its first line, so that it can be run by name', async () => {
    expect(await readFile(join(folder, 'main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with code 0 at %s, also while a client is connected',
    async (signal) => {
      const child = spawn(process.execPath, [join(folder, 'main.js'), '--port', '0', '--quiet'])
      let printed = ''
      child.stdout.on('data', (bytes) => {
        printed += bytes
      })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      await until(() => printed.includes('\n'), 20_000)
      const client = clientOf({ url: printed.trim() } as BedrockLocal, 'HTTP/1.1')
      expect((await converse(client)).stopReason).toBe('end_turn')
      child.kill(signal)
      expect(await ended).toBe(0)
    },
  )
})
