import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BedrockLocal, BedrockLocalOptions, RecordOptions, Reply } from '../src/index.js'
import { startBedrockLocal } from '../src/index.js'
import { clientOf, converse, converseStream, httpVersions, modelId, textOf, until, withLocal } from './helpers.js'

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'a-session-token-that-nobody-may-read',
}
const profile = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6'

let folder: string
let cassette: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-local-cassette-'))
})
beforeEach(() => {
  cassette = join(folder, 'deep', `${++count}.jsonl`)
})
afterAll(() => rm(folder, { recursive: true }))

/** An endpoint that takes only requests signed with the credentials, and a proxy before it that records. */
async function withProxy<Result>(
  upstream: BedrockLocalOptions,
  use: (proxy: BedrockLocal, upstream: BedrockLocal) => Promise<Result>,
  options: Partial<RecordOptions> = {},
): Promise<Result> {
  return withLocal({ credentials, ...upstream }, async (far) => {
    const record = { cassette, upstream: far.url, credentials, ...options }
    return withLocal({ record }, (proxy) => use(proxy, far))
  })
}

const replies: readonly Reply[] = [
  'Hello from afar',
  {
    content: [
      { reasoningContent: { reasoningText: { text: 'hm', signature: 'c2ln' } } },
      { text: 'streamed, Ünïcode' },
    ],
  },
  { fault: { type: 'http', status: 429, error: 'ThrottlingException', message: 'Slow down', retryAfterSeconds: 1 } },
  {
    content: [{ text: 'So far so good' }],
    fault: { type: 'exception', error: 'ModelStreamErrorException', message: 'It broke', afterFrames: 3 },
  },
  { content: [{ text: 'This is lost half-way' }], fault: { type: 'cut', afterFrames: 2 } },
  { content: [{ toolUse: { name: 'get_weather', input: { city: 'Oslo' } } }] },
]

interface Bytes {
  readonly status: number
  readonly type: string | undefined
  readonly id: string | undefined
  readonly body: string
  readonly broken: boolean
}

/** The bare bytes of an answer, past all that an SDK makes of them. */
function bytesOf(url: string, operation: string, body: object): Promise<Bytes> {
  const path = `/model/${encodeURIComponent(modelId)}/${operation}`
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${url}${path}`, { method: 'POST' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => {})
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'],
          id: String(response.headers['x-amzn-requestid']),
          body: Buffer.concat(chunks).toString('base64'),
          broken: !response.complete,
        }),
      )
    })
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

const asking = (text: string) => ({ messages: [{ role: 'user', content: [{ text }] }] })
const asked = ['converse', 'converse-stream', 'converse', 'converse-stream', 'converse-stream', 'converse'] as const

async function askAll(url: string): Promise<readonly Bytes[]> {
  const answers: Bytes[] = []
  for (const [index, operation] of asked.entries())
    answers.push(await bytesOf(url, operation, asking(`number ${index}`)))
  return answers
}

describe('record and replay', () => {
  it('gives the same bytes again: answers, streams, errors, exceptions in a stream and a stream that was cut', async () => {
    const recorded = await withProxy({ reply: replies }, ({ url }) => askAll(url))
    expect(recorded.map(({ status, broken }) => [status, broken])).toEqual([
      [200, false],
      [200, false],
      [429, false],
      [200, false],
      [200, true],
      [200, false],
    ])

    const replayed = await withLocal({ replay: cassette }, ({ url }) => askAll(url))

    expect(replayed).toEqual(recorded)
  })

  it.each(httpVersions)(
    'does for the AWS SDK what the upstream does, recorded and replayed, over %s',
    async (version) => {
      const all = async (local: BedrockLocal) => {
        const client = clientOf(local, version)
        const whole = await converse(client, 'number 0')
        const streamed = await converseStream(client, 'number 1')
        const refused = await converse(client, 'number 2').catch((error: Error) => error)
        const failed = await converseStream(client, 'number 3')
        return { whole: whole.output, usage: whole.usage, streamed, refused, failed }
      }
      const recorded = await withProxy({ reply: replies }, all)
      expect(recorded.whole?.message?.content).toEqual([{ text: 'Hello from afar' }])
      expect(textOf(recorded.streamed.events)).toBe('streamed, Ünïcode')
      expect(recorded.refused).toMatchObject({ name: 'ThrottlingException', message: 'Slow down' })
      expect(textOf(recorded.failed.events)).toBe('So far')
      expect(recorded.failed.error).toMatchObject({ name: 'ModelStreamErrorException', message: 'It broke' })

      const replayed = await withLocal({ replay: cassette }, all)

      expect(replayed.whole).toEqual(recorded.whole)
      expect(replayed.usage).toEqual(recorded.usage)
      expect(replayed.streamed.events).toEqual(recorded.streamed.events)
      expect(replayed.refused).toMatchObject({ name: 'ThrottlingException', message: 'Slow down' })
      expect(replayed.failed).toEqual(recorded.failed)
    },
  )

  it('streams while it records, and keeps nothing of an answer that the client leaves', async () => {
    const reply = { content: [{ text: 'one two three four' }], delayMs: 40 }
    await withProxy({ reply: [reply] }, async (proxy, far) => {
      const abort = new AbortController()
      const { ConverseStreamCommand } = await import('@aws-sdk/client-bedrock-runtime')
      const command = new ConverseStreamCommand({ modelId, messages: [{ role: 'user', content: [{ text: 'x' }] }] })
      const { stream } = await clientOf(proxy).send(command, { abortSignal: abort.signal })
      for await (const event of stream ?? []) {
        if (!event.contentBlockDelta) continue
        // The far end is still at it when the first words are here.
        expect(far.requests[0]?.outcome).toBeUndefined()
        abort.abort()
      }
      await until(() => far.requests[0]?.outcome === 'client-left' && proxy.requests[0]?.outcome === 'client-left')
    })
    expect(await readFile(cassette, 'utf8')).toBe('')
  })

  it('passes on operations of every kind, bytes and all', async () => {
    const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 5, messages: [] })
    const image = Buffer.from([0xff, 0xd8, 0, 1, 2, 0xfe])
    const seen: string[] = []
    const send: typeof fetch = async (url, init) => {
      seen.push(`${init?.method} ${new URL(String(url)).pathname}`)
      return new Response(image, {
        headers: { 'content-type': 'image/jpeg', 'set-cookie': 'id=1', 'x-amzn-requestid': 'r' },
      })
    }
    const invoke = async (local: BedrockLocal) => {
      const answer = await clientOf(local).send(new InvokeModelCommand({ modelId, body }))
      return Buffer.from(answer.body)
    }
    const recorded = await withProxy({}, invoke, { fetch: send })
    expect(seen).toEqual([`POST /model/${encodeURIComponent(modelId)}/invoke`])
    expect(await readFile(cassette, 'utf8')).not.toContain('set-cookie')
    expect(recorded).toEqual(image)
    expect(await withLocal({ replay: cassette }, invoke)).toEqual(image)
  })

  it('keeps secrets out of the file, and finds the requests again without them', async () => {
    const secret = 'sk-very-private-0815'
    const inside = `key ${secret}, ${credentials.secretAccessKey}, ${credentials.sessionToken}, ASIAQWERTYUIOPASDFGH`
    const ask = (local: BedrockLocal, text: string) =>
      converse(clientOf(local), {
        modelId: profile,
        system: [{ text: `You serve account ${profile}.` }],
        messages: [{ role: 'user', content: [{ text }] }],
      })
    const redact = [/sk-[\w-]+/]
    const options = { redact, credentials: async () => credentials }
    const reply = () => ({ content: [{ text: `${inside} arn:aws:iam::123456789012:user/a` }], deltaLength: 500 })
    await withProxy(
      { reply, rules: false },
      async (proxy) => {
        // The client itself gets all of it.
        expect((await ask(proxy, inside)).output?.message?.content?.[0]?.text).toContain(secret)
        await converseStream(clientOf(proxy), inside)
      },
      options,
    )

    const written = await readFile(cassette, 'utf8')
    for (const leak of [
      secret,
      ...Object.values(credentials),
      'ASIAQWERTY',
      '123456789012',
      'AWS4-HMAC',
      'authorization',
    ]) {
      expect(written).not.toContain(leak)
    }
    expect(written).toContain('arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/a1b2c3d4e5f6')
    expect((await stat(cassette)).mode & 0o077).toBe(0)

    await withLocal({ replay: { cassette, redact } }, async (local) => {
      const text = `key ${secret}, [redacted], [redacted], ASIAQWERTYUIOPASDFGH`
      expect((await ask(local, text)).output?.message?.content?.[0]?.text).toBe(
        'key [redacted], [redacted], [redacted], [redacted] arn:aws:iam::000000000000:user/a',
      )
    })
  })

  it('redacts by a function too, and in the chunks of InvokeModel streams', async () => {
    const { redactor } = await import('../src/redactor.js')
    const redact = redactor((text) => text.replaceAll('Ada', 'A.'))
    const chunk = (text: string) => ({ bytes: Buffer.from(JSON.stringify({ delta: { text } })).toString('base64') })
    expect(redact.json(chunk('Hello Ada'))).toEqual(chunk('Hello A.'))
    expect(redact.json({ bytes: 'iVBORw0KGgo=', Ada: ['Ada'], bucketOwner: '123456789012' })).toEqual({
      bytes: 'iVBORw0KGgo=',
      'A.': ['A.'],
      bucketOwner: '000000000000',
    })
  })

  it('signs with an API key instead', async () => {
    await withProxy(
      { credentials: undefined, apiKeys: ['the-key-of-the-upstream'], reply: ['hi'] } as BedrockLocalOptions,
      async (proxy) => {
        expect((await converse(clientOf(proxy))).output?.message?.content).toEqual([{ text: 'hi' }])
      },
      { apiKey: 'the-key-of-the-upstream' },
    )
    expect(await readFile(cassette, 'utf8')).not.toContain('the-key')
  })

  it('gives repeated requests their answers in order, and says when there are no more', async () => {
    await withProxy({ reply: ['first', 'second'] }, async (proxy) => {
      for (let time = 0; time < 2; time++) await converse(clientOf(proxy))
    })
    await withLocal({ replay: cassette }, async (local) => {
      const said = []
      for (let time = 0; time < 2; time++)
        said.push((await converse(clientOf(local))).output?.message?.content?.[0]?.text)
      expect(said).toEqual(['first', 'second'])
      await expect(converse(clientOf(local))).rejects.toMatchObject({
        name: 'LocalReplyError',
        message: `bedrock-local has no reply: ${cassette} holds this request 2 times, and this is number 3.`,
        $metadata: { httpStatusCode: 400 },
      })
      expect(local.requests[2]?.outcome).toBe('refused')
    })
  })

  it('finds a request whatever the order of its members, and whatever its metadata', async () => {
    await withProxy({ reply: ['found'] }, ({ url }) =>
      bytesOf(url, 'converse', {
        ...asking('x'),
        inferenceConfig: { maxTokens: 5, topP: 1 },
        requestMetadata: { run: '1' },
      }),
    )
    const body = { requestMetadata: { run: '2' }, inferenceConfig: { topP: 1, maxTokens: 5 }, ...asking('x') }
    const answer = await withLocal({ replay: cassette }, ({ url }) => bytesOf(url, 'converse', body))
    expect(answer.status).toBe(200)
  })

  it('says where a request differs from the nearest one, briefly', async () => {
    await withProxy({ reply: () => 'hi' }, async (proxy) => {
      for (const text of ['Hello', `${'long '.repeat(100)}end`]) await converse(clientOf(proxy), text)
    })
    await withLocal({ replay: cassette }, async (local) => {
      const refusal = (input: Parameters<typeof converse>[1]) =>
        converse(clientOf(local), input).then(String, ({ message }: Error) => message)
      expect(await refusal('Hullo')).toBe(
        [
          `bedrock-local has no reply: no request of ${cassette} is like this one. The nearest is number 1 of 2 (Converse ${modelId}):`,
          'body.messages.0.content.0.text: recorded "Hello", got "Hullo"',
        ].join('\n'),
      )
      expect(await refusal({ inferenceConfig: { maxTokens: 3 } })).toContain(
        'body.inferenceConfig: recorded nothing, got {"maxTokens":3}',
      )
      const long = await refusal(`${'long '.repeat(100)}End${'x'.repeat(10_000)}`)
      expect(long).toMatch(/got \.\.\."(long )+End?x+"\.\.\.$/)
      const many = await refusal({ system: Array.from({ length: 300 }, (_, index) => ({ text: `${index}` })) })
      expect(many.length).toBeLessThan(2000)
    })
  })

  it('says so when there is no upstream, or it is not let in', async () => {
    const gone = await withLocal({}, async ({ url }) => url)
    const record = { cassette, upstream: gone, credentials }
    await withLocal({ record }, async (proxy) => {
      await expect(converse(clientOf(proxy))).rejects.toMatchObject({
        name: 'LocalReplyError',
        message: expect.stringContaining(`${gone} gave no answer: connect ECONNREFUSED`),
      })
    })
    await withProxy(
      { reply: ['hi'] },
      async (proxy) => {
        await expect(converse(clientOf(proxy))).rejects.toMatchObject({ name: 'InvalidSignatureException' })
      },
      { credentials: { ...credentials, secretAccessKey: 'another-secret-key' } },
    )
  })

  it('goes on behind a line that a crash cut off, and refuses a file that is no cassette', async () => {
    await withProxy({ reply: () => 'one' }, (proxy) => converse(clientOf(proxy), 'one'))
    const whole = await readFile(cassette, 'utf8')
    await writeFile(cassette, `${whole}${whole.slice(0, 100)}`)
    await withLocal({ replay: cassette }, (local) => converse(clientOf(local), 'one'))
    await withProxy({ reply: () => 'two' }, (proxy) => converse(clientOf(proxy), 'two'))
    expect((await readFile(cassette, 'utf8')).split('\n')).toHaveLength(3)
    await withLocal({ replay: cassette }, async (local) => {
      for (const text of ['one', 'two']) expect((await converse(clientOf(local), text)).stopReason).toBe('end_turn')
    })

    for (const [content, message] of [
      ['{\n', 'line 1 is no JSON'],
      ['\n{"version":9}\n', 'line 2 is no entry of version 1'],
      ['{"version":1,"method":"POST"}\n', 'line 1 has no path'],
    ] as const) {
      await writeFile(cassette, content)
      await expect(startBedrockLocal({ replay: cassette })).rejects.toThrow(
        `The cassette ${cassette} cannot be read: ${message}`,
      )
    }
    await expect(startBedrockLocal({ replay: join(folder, 'none') })).rejects.toThrow('ENOENT')
  })

  it('does not start with a folder for a file, a strange upstream or two that answer', async () => {
    const start = (record: RecordOptions) => startBedrockLocal({ record })
    await expect(start({ cassette: folder, credentials })).rejects.toThrow('cannot be written')
    await expect(start({ cassette, credentials, upstream: 'ftp://x' })).rejects.toThrow('must be an http or https URL')
    await expect(startBedrockLocal({ replay: cassette, reply: [] })).rejects.toThrow('one of reply and replay')
  })

  it('writes entries of requests that come at once each in one piece', async () => {
    await withProxy({ reply: ({ body }) => `You said ${body.messages?.[0]?.content[0]?.text}` }, async (proxy) => {
      const client = clientOf(proxy, 'HTTP/1.1')
      await Promise.all(Array.from({ length: 40 }, (_, index) => converse(client, `number ${index}`)))
      client.destroy()
    })
    const lines = (await readFile(cassette, 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(40)
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ version: 1, operation: 'Converse', modelId })
  })
})
