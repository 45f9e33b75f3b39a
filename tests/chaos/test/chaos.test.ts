import { Agent as HttpAgent } from 'node:http'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { BedrockLocal } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import { bedrock } from '@x/provider-bedrock'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Brain } from '../src/brain.js'
import type { Models } from '../src/play.js'
import { Play } from '../src/play.js'
import { World } from '../src/world.js'

/*
 * `X_CHAOS_SEEDS` says how many conversations there are, 200 unless it does; `X_CHAOS_SEED` plays a single one again.
 */

const { X_CHAOS_SEEDS = '200', X_CHAOS_SEED } = process.env
const seeds = X_CHAOS_SEED
  ? [Number(X_CHAOS_SEED)]
  : Array.from({ length: Number(X_CHAOS_SEEDS) }, (_, index) => index + 1)
const perTest = 20
const groups = Array.from({ length: Math.ceil(seeds.length / perTest) }, (_, index) =>
  seeds.slice(index * perTest, (index + 1) * perTest),
)

let brain = new Brain(0)
let world = new World()
const tally = new Map<string, number>()
const rejections: unknown[] = []
const onRejection = (reason: unknown) => rejections.push(reason)

/** An endpoint for each transport. */
const endpoints: Endpoint[] = []

interface Endpoint {
  readonly local: BedrockLocal
  readonly clientConfig: { readonly maxAttempts: number; readonly requestHandler?: NodeHttpHandler }
  /** Connections that may stay open between two conversations. */
  readonly kept: number
}

async function start(clientConfig: Endpoint['clientConfig'], kept: number): Promise<Endpoint> {
  const local = await startBedrockLocal({
    reply: (request) => brain.reply(request),
    onAnswered({ error }) {
      if (error && /ValidationException|LocalReplyError/.test(error)) world.problems.push(`the endpoint said ${error}`)
    },
  })
  return { local, clientConfig, kept }
}

beforeAll(async () => {
  process.on('unhandledRejection', onRejection)
  const requestHandler = new NodeHttpHandler({ httpAgent: new HttpAgent({ keepAlive: false }) })
  // Over HTTP/2 each of the most that ask at once leaves a connection for the next; over HTTP/1.1 none is kept.
  endpoints.push(await start({ maxAttempts: 1 }, 4), await start({ maxAttempts: 1, requestHandler }, 0))
})

afterAll(async () => {
  process.off('unhandledRejection', onRejection)
  for (const { local } of endpoints) await local.close()
})

function modelsFor(seed: number, { local, clientConfig }: Endpoint): Models {
  const config = {
    ...{ region: 'us-east-1', endpoint: local.url, clientConfig, streaming: seed % 5 > 0 },
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // Nothing is mended on the way: the endpoint sees the conversation as it is.
    check: 'off',
    ...{ firstEventTimeoutMs: 2000, idleTimeoutMs: 300 },
  } as const
  return {
    chief: bedrock('us.anthropic.claude-sonnet-4-6', config),
    clerk: bedrock('us.amazon.nova-lite-v1:0', config),
  }
}

async function problemsOf(seed: number): Promise<readonly string[]> {
  brain = new Brain(seed)
  world = new World()
  rejections.length = 0
  const endpoint = endpoints[Math.floor(seed / 2) % 2] as Endpoint
  const play = new Play(seed, world, modelsFor(seed, endpoint))
  await play.toEnd()
  for (const [what, count] of play.tally) tally.set(what, (tally.get(what) ?? 0) + count)
  const { problems } = world
  const { local, kept } = endpoint
  const isLetGo = () => expect(local.connections).toBeLessThanOrEqual(kept)
  await vi.waitFor(isLetGo, 10_000).catch(() => problems.push(`${local.connections} connections stay open`))
  problems.push(...rejections.map((reason) => `nobody handled ${String(reason)}`))
  return problems.length > 0 ? [`seed ${seed}: again with X_CHAOS_SEED=${seed}`, ...problems, ...play.story] : []
}

test.each(groups)(
  'conversations from seed %i on keep what they did, say and cost',
  async (...group) => {
    for (const seed of group) expect(await problemsOf(seed)).toEqual([])
  },
  600_000,
)

/** Otherwise the conversations above prove less than they seem to. */
test.runIf(seeds.length >= 200)('everything has happened', () => {
  const wanted = [
    ...['done', 'suspended', 'aborted', 'limit', 'length', 'history', 'model-retry'],
    ...['a sub-agent waits', 'nobody knows', 'a call waits for a yes'],
    ...['none: ended', 'none: failed', 'abort: ended', 'leave: left', 'crash: died', 'crash-after: ended'],
    ...['died at the journal', 'died at the session', 'died at the tool'],
  ]
  expect(wanted.filter((what) => !tally.has(what))).toEqual([])
})
