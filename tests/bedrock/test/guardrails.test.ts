import { Agent, textOf } from '@x/agent-loop'
import type { BedrockLocal, BedrockLocalOptions, LocalGuardrail } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig, GuardrailConfig, GuardToolsOptions } from '@x/provider-bedrock'
import { applyGuardrail, bedrock, guardrailOf, guardTools } from '@x/provider-bedrock'
import type { AgentEvent, Message, Tool } from '@x/types'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ask, collect, textOf as partsText } from '../src/collect.js'
import { fixtures, noFixtures } from '../src/fixtures.js'
import type { RawAnswer } from '../src/raw-endpoint.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import { credentials, eventStream, json } from '../src/recorded.js'

const rails: LocalGuardrail = {
  id: 'gr1',
  words: [
    { text: 'dragon', side: 'input' },
    { text: 'treasure', side: 'output' },
  ],
  pii: [{ type: 'EMAIL', action: 'ANONYMIZE' }],
  chunkCharacters: 10,
  blockedInputMessaging: 'Not that.',
  blockedOutputsMessaging: 'Not this.',
}
const guardrail: GuardrailConfig = { id: 'gr1', version: 'DRAFT' }

const started: BedrockLocal[] = []
afterEach(() => Promise.all(started.splice(0).map((local) => local.close())))

async function serve(reply: NonNullable<BedrockLocalOptions['reply']>): Promise<BedrockLocal> {
  const local = await startBedrockLocal({ reply, guardrails: [rails] })
  started.push(local)
  return local
}

function modelAt(local: { readonly url: string }, config: Partial<BedrockConfig>) {
  const clientConfig = { maxAttempts: 1 }
  return bedrock('us.anthropic.claude-sonnet-4-6', {
    ...{ region: 'us-east-1', endpoint: local.url, credentials, clientConfig, guardrail },
    ...config,
  })
}

const blockedEnd = { type: 'model-end', stopReason: 'guardrail', providerStopReason: 'guardrail_intervened' }
const inputRedaction = { type: 'redaction', side: 'input', text: '[User input redacted.]' }
const outputRedaction = { type: 'redaction', side: 'output', text: '[Assistant output redacted.]' }

for (const streaming of [true, false]) {
  describe(`a guardrail, ${streaming ? 'streaming' : 'not streaming'}`, () => {
    it('is sent with the trace that decides, and its mode with streams alone', async () => {
      const local = await serve(['Hi'])
      const model = modelAt(local, { streaming, guardrail: { ...guardrail, streamProcessingMode: 'async' } })

      const { result } = await collect(model, ask('Hello'))

      expect(result?.stopReason).toBe('end')
      expect(guardrailOf(result?.trace)).toMatchObject({ action: 'none', blocked: [], findings: [] })
      expect(local.requests[0]?.body.guardrailConfig).toEqual({
        guardrailIdentifier: 'gr1',
        guardrailVersion: 'DRAFT',
        trace: 'enabled',
        ...(streaming && { streamProcessingMode: 'async' }),
      })
    })

    it('redacts the input, and the input alone, when that was blocked', async () => {
      const local = await serve(['never said'])
      const model = modelAt(local, { streaming, guardrail: { ...guardrail, redactOutput: true } })

      const { events, result } = await collect(model, ask('A dragon?'))

      expect(events).toMatchObject([
        { type: 'text-delta', text: 'Not that.' },
        { type: 'part-end' },
        inputRedaction,
        blockedEnd,
      ])
      expect(guardrailOf(result?.trace)).toEqual({
        action: 'blocked',
        blocked: ['input'],
        findings: [{ side: 'input', guardrailId: 'gr1', policy: 'word', action: 'blocked', match: 'dragon' }],
        reason: 'Guardrail blocked.',
      })
    })

    it('redacts the output alone when that was blocked, and a clean question stays', async () => {
      const local = await serve(['Look, the treasure is here.'])
      const model = modelAt(local, { streaming, guardrail: { ...guardrail, redactOutput: 'Withheld.' } })

      const { events, result } = await collect(model, ask('Where?'))

      expect(events.filter(({ type }) => type === 'redaction')).toEqual([{ ...outputRedaction, text: 'Withheld.' }])
      expect(events.at(-1)).toMatchObject(blockedEnd)
      expect(partsText(result?.message)).toBe('Withheld.')
      expect(guardrailOf(result?.trace)?.blocked).toEqual(['output'])
    })

    it('leaves a blocked answer as it came unless told otherwise', async () => {
      const local = await serve(['Look, the treasure is here.'])

      const { events, result } = await collect(modelAt(local, { streaming }), ask('Where?'))

      expect(events.some(({ type }) => type === 'redaction')).toBe(false)
      expect(result?.stopReason).toBe('guardrail')
      expect(partsText(result?.message)).toContain('Not this.')
    })

    it('takes an anonymized answer for a whole one and says so', async () => {
      const local = await serve(['Write to a@b.org now'])
      const model = modelAt(local, { streaming, guardrail: { ...guardrail, redactOutput: true } })

      const { events, result } = await collect(model, ask('To whom?'))

      expect(partsText(result?.message)).toContain('{EMAIL}')
      expect(result).toMatchObject({ stopReason: 'end', providerStopReason: 'guardrail_intervened' })
      expect(events.filter(({ type }) => type === 'redaction')).toEqual([])
      expect(events.at(-2)).toMatchObject({ type: 'warning', code: 'guardrail-anonymized' })
    })

    it('redacts the input when no trace says which side it was, unless told not to', async () => {
      const local = await serve(() => 'Look, the treasure is here.')
      const model = modelAt(local, { streaming, guardrail: { ...guardrail, trace: 'disabled' } })

      const { events, result } = await collect(model, ask('Where?'))
      const kept = await collect(model, ask('Where?'), {
        config: { guardrail: { ...guardrail, trace: 'disabled', redactInput: false } },
      })

      expect(result?.trace).toBeUndefined()
      expect(events.slice(-2)).toMatchObject([inputRedaction, blockedEnd])
      expect(kept.events.some(({ type }) => type === 'redaction')).toBe(false)
      expect(kept.result?.stopReason).toBe('guardrail')
    })

    it('lets nothing of a blocked answer be seen in buffer mode', async () => {
      const local = await serve([{ content: [{ text: 'Psst, a treasure! Under the tree.' }], deltaLength: 3 }])
      const buffered = { ...guardrail, mode: 'buffer', streamProcessingMode: 'async' } as const

      const { events } = await collect(modelAt(local, { streaming, guardrail: buffered }), ask('Where?'))

      expect(events).toMatchObject([
        { type: 'text-delta', text: outputRedaction.text },
        { type: 'part-end' },
        outputRedaction,
        blockedEnd,
      ])
      expect(JSON.stringify(events)).not.toContain('Psst')
    })

    it('gives out a clean answer whole in buffer mode, and nothing of one that breaks off', async () => {
      const broken = { content: [{ text: 'Never mind' }], fault: { type: 'reset', afterFrames: 3 } } as const
      const local = await serve(['Fine.', broken])
      const model = modelAt(local, { streaming, guardrail: { ...guardrail, mode: 'buffer' } })

      const whole = await collect(model, ask('Well?'))
      const cut = await collect(model, ask('Well?'))

      expect(partsText(whole.result?.message)).toBe('Fine.')
      expect(whole.result?.stopReason).toBe('end')
      expect(cut.error?.retryable).toBe(true)
      expect(cut.events).toEqual([])
      expect(cut.error?.partial).toBeUndefined()
    })

    it('guards the latest user message alone when asked to, tool results aside', async () => {
      const local = await serve(['Ok'])
      const messages: Message[] = [
        { role: 'user', content: [{ type: 'text', text: 'A dragon!' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'No.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Sheep' },
            { type: 'image', format: 'png', source: { type: 'base64', base64: 'iVBORw0KGgo=' } },
            { type: 'image', format: 'gif', source: { type: 'base64', base64: 'R0lGODlh' } },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool-call', id: 't1', name: 'count', input: {} }] },
        { role: 'tool', content: [{ type: 'tool-result', id: 't1', content: [{ type: 'text', text: '7' }] }] },
      ]
      const model = modelAt(local, { streaming, guardrail: { ...guardrail, latestUserMessageOnly: true } })

      const { events, result } = await collect(model, { messages })

      expect(result?.stopReason).toBe('end')
      expect(local.requests[0]?.body.messages?.[2]?.content).toEqual([
        { guardContent: { text: { text: 'Sheep' } } },
        { guardContent: { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } } },
        { image: { format: 'gif', source: { bytes: 'R0lGODlh' } } },
      ])
      expect(local.requests[0]?.body.messages?.[0]?.content).toEqual([{ text: 'A dragon!' }])
      expect(events.filter(({ type }) => type === 'warning')).toMatchObject([
        { code: 'unguarded-image', path: 'messages.2.content.2' },
      ])
    })

    it('lets an agent go on after a blocked turn, with nothing blocked in its history', async () => {
      const local = await serve(['Look, the treasure is here.', 'All is well.'])
      const model = modelAt(local, { streaming, guardrail: { ...guardrail, redactOutput: true } })
      const agent = new Agent({ model })

      const blocked = [await agent.run('A dragon?'), await agent.run('What is there?')]
      const clean = await agent.run('How are you?')

      expect(blocked.map(({ status }) => status)).toEqual(['guardrail', 'guardrail'])
      expect(textOf(clean)).toBe('All is well.')
      expect(JSON.stringify(agent.messages)).not.toMatch(/dragon|treasure/)
      expect(JSON.stringify(agent.messages)).toContain('What is there?')
    })

    it('keeps the shape of a turn of tool results whose input is redacted', async () => {
      const trace = {
        guardrail: {
          inputAssessment: { gr2: { topicPolicy: { topics: [{ name: 'X', type: 'DENY', action: 'BLOCKED' }] } } },
        },
      }
      const local = await serve([
        { content: [{ toolUse: { toolUseId: 't1', name: 'look', input: {} } }] },
        { content: [{ text: 'No.' }], stopReason: 'guardrail_intervened', trace },
        'Fine.',
      ])
      const look: Tool = { name: 'look', inputSchema: { type: 'object' }, execute: () => 'a secret' }
      const agent = new Agent({ model: modelAt(local, { streaming }), tools: [look] })

      const blocked = await agent.run('Look.')
      const clean = await agent.run('Go on.')

      expect(blocked.status).toBe('guardrail')
      expect(textOf(clean)).toBe('Fine.')
      expect(JSON.stringify(local.requests[2]?.body)).not.toContain('a secret')
      expect(local.requests[2]?.body.messages?.[2]?.content).toEqual([
        { toolResult: { toolUseId: 't1', content: [{ text: '[User input redacted.]' }] } },
      ])
    })
  })
}

describe('applyGuardrail', () => {
  const at = (local: BedrockLocal) => ({ region: 'us-east-1', endpoint: local.url, credentials, guardrail })

  it('says what a guardrail makes of a text', async () => {
    const local = await serve([])
    const apply = (source: 'input' | 'output', content: string) => applyGuardrail({ ...at(local), source, content })

    expect(await apply('input', 'Sheep')).toMatchObject({ action: 'none', outputs: [], assessment: { findings: [] } })
    expect(await apply('output', 'A dragon')).toMatchObject({ action: 'none' })
    expect(await apply('input', 'A dragon')).toMatchObject({
      action: 'blocked',
      outputs: ['Not that.'],
      assessment: { action: 'blocked', blocked: ['input'], findings: [{ policy: 'word', match: 'dragon' }] },
      usage: { wordPolicyUnits: 1 },
    })
    expect(await apply('output', 'Ask a@b.org')).toMatchObject({
      action: 'anonymized',
      outputs: ['Ask {EMAIL}'],
      assessment: { findings: [{ policy: 'sensitive-information', action: 'anonymized', name: 'EMAIL' }] },
    })
  })

  it('fails in the words of a guardrail that is not there, and for half a one before anything is sent', async () => {
    const local = await serve([])

    const apply = (id: string, version: string) =>
      applyGuardrail({ ...at(local), guardrail: { id, version }, source: 'input', content: 'x' })

    await expect(apply('gr9', '1')).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('ApplyGuardrail of gr9 in us-east-1 failed'),
    })
    await expect(apply('gr1', '')).rejects.toMatchObject({ code: 'invalid-config' })
    expect(local.requests).toHaveLength(1)
  })
})

describe('guardTools', () => {
  const ran: unknown[] = []
  const say: Tool = {
    name: 'say',
    inputSchema: { type: 'object' },
    execute: (input) => {
      ran.push(input)
      return Object.values(input as { text: string }).join('')
    },
  }

  async function run(input: { text: string }, options: Partial<GuardToolsOptions> = {}) {
    ran.length = 0
    const local = await serve([{ content: [{ toolUse: { toolUseId: 't1', name: 'say', input } }] }, 'Done.'])
    const place = { region: 'us-east-1', endpoint: local.url, credentials, clientConfig: { maxAttempts: 1 } }
    const agent = new Agent({
      model: bedrock('us.anthropic.claude-sonnet-4-6', place),
      tools: [say],
      use: [guardTools({ ...place, guardrail, ...options })],
    })
    const events: AgentEvent[] = []
    for await (const event of agent.stream('Say it.')) events.push(event)
    const result = agent.messages.flatMap(({ content }) => content.filter((part) => part.type === 'tool-result'))[0]
    return { events, result, text: partsText(result as never) }
  }

  it('does not run a call whose arguments are blocked', async () => {
    const { events, result, text } = await run({ text: 'the treasure' })

    expect(ran).toEqual([])
    expect(result?.isError).toBe(true)
    expect(text).toBe('say was not run: a guardrail blocked its arguments.')
    expect(events.filter(({ type }) => /^tool-(start|end)$/.test(type))).toMatchObject([
      { type: 'tool-start' },
      { type: 'tool-end', outcome: { errorCode: 'guardrail' } },
    ])
  })

  it('replaces a result that is blocked, wherever it could be seen', async () => {
    const { events, result, text } = await run({ text: 'a dragon' })

    expect(ran).toHaveLength(1)
    expect(result?.isError).toBe(true)
    expect(text).toBe('No result: a guardrail blocked it.')
    expect(JSON.stringify(events.filter(({ type }) => type === 'tool-end'))).not.toContain('dragon')
  })

  it('anonymizes a result, and leaves a clean one alone', async () => {
    expect((await run({ text: 'ask a@b.org' })).text).toBe('ask {EMAIL}')
    expect((await run({ text: 'ask me' })).text).toBe('ask me')
  })

  it('lets nothing pass that it could not look at', async () => {
    const { result, text } = await run({ text: 'ask me' }, { guardrail: { id: 'gr9', version: '1' } })

    expect(ran).toEqual([])
    expect(result?.isError).toBe(true)
    expect(text).toContain('no guardrail could look at its arguments')
  })

  it('looks at what it is told to', async () => {
    expect((await run({ text: 'a dragon' }, { outputs: false })).text).toBe('a dragon')
    expect((await run({ text: 'the treasure' }, { inputs: false })).text).toBe('the treasure')
    expect((await run({ text: 'a dragon' }, { tools: ['other'] })).text).toBe('a dragon')
  })
})

describe.skipIf(noFixtures)(`recorded guardrail traces${noFixtures}`, () => {
  let answer: RawAnswer = { status: 500, headers: {}, body: new Uint8Array() }
  let endpoint: Awaited<ReturnType<typeof startRawEndpoint>>
  beforeAll(async () => {
    endpoint = await startRawEndpoint(() => answer)
  })
  afterAll(() => endpoint.close())

  const addresses = (count: number) =>
    Array.from({ length: count }, () => ({ side: 'output', policy: 'sensitive-information', name: 'ADDRESS' }))

  it('are read as an anonymized answer, whole and streamed', async () => {
    const whole = fixtures<{ body: object }, { text: string }>('converse-responses').find(({ id }) =>
      /guardrail/.test(id),
    )
    const stream = fixtures<{ bytes: string }, { text: string }>('converse-streams').find(({ id }) =>
      /openllmetry.guardrail/.test(id),
    )
    if (!whole || !stream) throw new Error('The recordings hold no guardrail traces.')
    const read = async (streaming: boolean) => {
      const { result } = await collect(modelAt(endpoint, { streaming }), ask('Which capitals?'))
      return result
    }

    answer = { status: 200, headers: json, body: Buffer.from(JSON.stringify(whole.input.body)) }
    const fromWhole = await read(false)
    answer = { status: 200, headers: eventStream, body: Buffer.from(stream.input.bytes, 'base64') }
    const fromStream = await read(true)

    for (const [result, { text }] of [
      [fromWhole, whole.expected],
      [fromStream, stream.expected],
    ] as const) {
      expect(result).toMatchObject({ stopReason: 'end', providerStopReason: 'guardrail_intervened' })
      expect(partsText(result?.message)).toBe(text)
      expect(guardrailOf(result?.trace)).toMatchObject({ action: 'anonymized', findings: addresses(4) })
    }
  })
})
