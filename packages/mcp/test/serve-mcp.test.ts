import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js'
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { defineTool } from '@x/tools'
import type { JsonValue, Tool, ToolContext } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { McpServing, ServeOptions } from '../src/index.js'
import { mcpTools, serveMcp } from '../src/index.js'
import { contentOf, named, pause, runStep, until } from './helpers.js'

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
})

const tool = (name: string, execute: Tool['execute'], more: Partial<Tool> = {}): Tool => ({
  ...{ name, inputSchema: { type: 'object' }, ...more },
  ...(execute && { execute }),
})

async function clientOf(served: McpServing, answer?: () => ElicitResult) {
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  await served.connect(theirs)
  const client = new Client({ name: 'tester', version: '9' }, answer && { capabilities: { elicitation: { form: {} } } })
  const asked: unknown[] = []
  if (answer) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params)
      return answer()
    })
  }
  await client.connect(ours)
  const call = (name: string, args: { [name: string]: unknown } = {}, options = {}) =>
    client.callTool({ name, arguments: args }, undefined, options)
  return { client, call, asked }
}

const serve = (tools: readonly Tool[], options?: ServeOptions) => clientOf(serveMcp(tools, options))

describe('tools that are served', () => {
  it('are listed with everything a client may know of them', async () => {
    const served = serveMcp(
      [
        {
          ...add,
          annotations: { title: 'Add', readOnly: true, destructive: false, idempotent: true, openWorld: false },
          outputSchema: { type: 'object', properties: {} },
        },
      ],
      { name: 'sums', version: '3.0.0', instructions: 'Add.' },
    )
    const { client } = await clientOf(served)
    expect(client.getServerVersion()).toEqual({ name: 'sums', version: '3.0.0' })
    expect(client.getInstructions()).toBe('Add.')
    expect((await client.listTools()).tools).toEqual([
      {
        name: 'add',
        title: 'Add',
        description: 'Adds two numbers.',
        inputSchema: add.inputSchema,
        outputSchema: { type: 'object', properties: {} },
        annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      },
    ])
  })

  it('are called with validated input; what goes wrong is a result with isError', async () => {
    const { call } = await serve([
      add,
      tool('fails', () => {
        throw new Error('The disk is full.')
      }),
      tool('odd', () => Symbol('x') as never),
    ])
    expect(await call('add', { a: 1, b: 2 })).toEqual({ content: [{ type: 'text', text: '3' }] })
    expect(await call('add', { a: 'secret', b: 2 })).toEqual({
      isError: true,
      content: [
        { type: 'text', text: expect.stringMatching(/^The input of add does not fit its schema:\n- a: (?!.*secret)/) },
      ],
    })
    expect(await call('fails')).toEqual({ isError: true, content: [{ type: 'text', text: 'The disk is full.' }] })
    expect(await call('odd')).toMatchObject({ isError: true })
    await expect(call('nope')).rejects.toThrow('There is no tool named nope.')
  })

  it('give structured content under an output schema, and fail when they do not keep it', async () => {
    const outputSchema = { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] }
    const { client, call } = await serve([
      tool('sum', () => ({ sum: 3 }), { outputSchema }),
      tool('broken', () => 'three', { outputSchema }),
      tool('list', () => [1], { outputSchema: { type: 'array' } }),
    ])
    await client.listTools()
    expect(await call('sum')).toEqual({ structuredContent: { sum: 3 }, content: [{ type: 'text', text: '{"sum":3}' }] })
    expect(await call('broken')).toMatchObject({ isError: true })
    expect(await call('list')).toEqual({ content: [{ type: 'text', text: '[1]' }] })
  })

  it('show progress, of a generator as well as of emit', async () => {
    const { call } = await serve([
      tool('counts', async function* () {
        yield 'half'
        yield { progress: 10, total: 20, message: 'almost' }
        yield { progress: 5 }
        return 'done'
      }),
      tool('emits', (_input, { emit }) => {
        emit({ left: 1 })
        return 'done'
      }),
    ])
    const progress: unknown[] = []
    const onprogress = (value: unknown) => progress.push(value)
    expect(await call('counts', {}, { onprogress })).toMatchObject({ content: [{ text: 'done' }] })
    await call('emits', {}, { onprogress })
    await call('emits')
    expect(progress).toEqual([
      { progress: 1, message: 'half' },
      { progress: 10, total: 20, message: 'almost' },
      { progress: 11 },
      { progress: 1, message: '{"left":1}' },
    ])
  })

  it('are aborted when the client cancels, goes away, or the tool takes too long', async () => {
    const reasons: string[] = []
    const hangs = (name: string, more?: Partial<Tool>) =>
      tool(
        name,
        (_input, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reasons.push(name)
              reject(signal.reason)
            })
          }),
        more,
      )
    const deaf = tool('deaf', () => new Promise(() => {}), { timeoutMs: 30 })
    const { client, call } = await serve([hangs('cancelled'), hangs('slow', { timeoutMs: 30 }), hangs('left'), deaf])
    await expect(call('cancelled', {}, { signal: AbortSignal.timeout(30) })).rejects.toThrow()
    await until(() => reasons.length === 1)
    expect(await call('slow')).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'slow took longer than 30 ms.' }],
    })
    expect(await call('deaf')).toMatchObject({ isError: true })
    call('left').catch(() => undefined)
    await pause(20)
    await client.close()
    await until(() => reasons.length === 3)
    expect(reasons).toEqual(['cancelled', 'slow', 'left'])
  })

  it('see the env of their session, made once, and of whom it is', async () => {
    const env = vi.fn(async ({ client }: { client?: { name: string } }) => ({ user: client?.name }))
    const whoami = tool('whoami', (_input, context: ToolContext) => context.env as JsonValue)
    const { call } = await serve([whoami], { env })
    expect(await call('whoami')).toEqual({ content: [{ type: 'text', text: '{"user":"tester"}' }] })
    await call('whoami')
    expect(env).toHaveBeenCalledExactlyOnceWith({ id: expect.any(String), client: { name: 'tester', version: '9' } })
    const fixed = await serve([whoami], { env: { user: 'all' } })
    expect(await fixed.call('whoami')).toEqual({ content: [{ type: 'text', text: '{"user":"all"}' }] })
  })

  it('may have a step, and a model if they are given one', async () => {
    const stepping: Tool = {
      name: 'steps',
      inputSchema: { type: 'object' },
      async *step({ call: { id, input } }) {
        yield { type: 'tool-progress', callId: id, progress: 'on it' }
        if ((input as { wait?: boolean }).wait) return { type: 'suspended', reason: 'Really?' }
        return {
          type: 'result',
          result: { type: 'tool-result', id, isError: true, content: [{ type: 'text', text: 'no' }] },
        }
      },
    }
    const asks = tool('asks', async (_input, { model }) => {
      for await (const _event of model.stream({ messages: [] }));
      return model.modelId
    })
    const { call } = await serve([stepping, asks, { name: 'empty', inputSchema: {} }], { model: scriptedModel(['hi']) })
    const progress: unknown[] = []
    expect(await call('steps', {}, { onprogress: (value: unknown) => progress.push(value) })).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'no' }],
    })
    expect(progress).toEqual([{ progress: 1, message: 'on it' }])
    expect(await call('steps', { wait: true })).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'It waits for an answer that nobody can give here: Really?' }],
    })
    expect(await call('asks')).toEqual({ content: [{ type: 'text', text: 'scripted-1' }] })
    expect(await call('empty')).toMatchObject({ isError: true })
    const without = await serve([asks])
    expect(await without.call('asks')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Give serveMcp a model.') }],
    })
  })

  it('cannot be served under an empty token', () => {
    expect(() => serveMcp([add], { token: '' })).toThrow('The token of serveMcp is empty')
  })

  it('must have different names', () => {
    expect(() => serveMcp([add, add])).toThrow('Two tools are named "add".')
  })

  it('can be exchanged, and clients are told', async () => {
    const served = serveMcp([add])
    const { client } = await clientOf(served)
    const told = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve))
    served.setTools([tool('other', () => 'x')])
    await told
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['other'])
    expect(() => served.setTools([add, add])).toThrow('Two tools')
    await served.close()
    expect(client.transport).toBeUndefined()
  })
})

describe('a tool that needs an approval', () => {
  const wipe = (execute = vi.fn(() => 'wiped')) => ({
    execute,
    wiper: tool('wipe', execute, { needsApproval: (input) => (input as { all?: boolean }).all === true }),
  })
  const refused = {
    isError: true,
    content: [{ type: 'text', text: 'wipe was not run: it needs an approval, and nobody gave one.' }],
  }

  it('is refused when nobody can be asked', async () => {
    const { execute, wiper } = wipe()
    const { call } = await serve([wiper])
    expect(await call('wipe', { all: true })).toEqual(refused)
    expect(execute).not.toHaveBeenCalled()
    expect(await call('wipe', {})).toEqual({ content: [{ type: 'text', text: 'wiped' }] })
  })

  it.each<[ElicitResult, boolean]>([
    [{ action: 'accept', content: { approved: true } }, true],
    [{ action: 'accept', content: { approved: false } }, false],
    [{ action: 'decline' }, false],
    [{ action: 'cancel' }, false],
  ])('asks the person at the client, whose answer is %j', async (answer, isRun) => {
    const { execute, wiper } = wipe()
    const { call, asked } = await clientOf(serveMcp([wiper]), () => answer)
    const result = await call('wipe', { all: true })
    expect(execute).toHaveBeenCalledTimes(isRun ? 1 : 0)
    expect(result).toEqual(isRun ? { content: [{ type: 'text', text: 'wiped' }] } : refused)
    expect(asked).toMatchObject([{ message: 'Run wipe with {"all":true}?' }])
  })

  it('asks the function instead, and only true is a yes', async () => {
    const { execute, wiper } = wipe()
    const approve = vi.fn(() => 'yes' as never)
    const { call, asked } = await clientOf(serveMcp([wiper], { approve }), () => ({
      action: 'accept',
      content: { approved: true },
    }))
    expect(await call('wipe', { all: true })).toEqual(refused)
    expect(asked).toEqual([])
    expect(approve).toHaveBeenCalledWith(expect.objectContaining({ tool: wiper, input: { all: true } }))
    expect(execute).not.toHaveBeenCalled()
    const yes = await serve([wiper], { approve: async () => true })
    expect(await yes.call('wipe', { all: true })).toEqual({ content: [{ type: 'text', text: 'wiped' }] })
  })

  it('is refused when asking fails', async () => {
    const { execute, wiper } = wipe()
    const { call } = await serve([wiper], {
      approve: () => Promise.reject(new AgentError('internal', 'Nobody is in.')),
    })
    expect(await call('wipe', { all: true })).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'Nobody is in.' }],
    })
    expect(execute).not.toHaveBeenCalled()
  })
})

describe('both ways together', () => {
  it('carry images, errors, progress and structured content there and back', async () => {
    const image = { type: 'image', format: 'png', source: { type: 'base64', base64: 'AAAA' } } as const
    const served = serveMcp([
      tool('draw', () => [{ type: 'text', text: 'Here:' }, image]),
      tool(
        'count',
        async function* () {
          yield { progress: 1, total: 2 }
          return { n: 2 }
        },
        { outputSchema: { type: 'object', properties: { n: { type: 'number' } } } },
      ),
    ])
    const [ours, theirs] = InMemoryTransport.createLinkedPair()
    await served.connect(theirs)
    const server = await mcpTools(ours)
    expect(contentOf(await runStep(named(server, 'draw')))).toEqual([{ type: 'text', text: 'Here:' }, image])
    const run = await runStep(named(server, 'count'))
    expect(run.events).toEqual([{ type: 'tool-progress', callId: 'c1', progress: { progress: 1, total: 2 } }])
    expect(contentOf(run)).toEqual([{ type: 'json', value: { n: 2 } }])
  })
})
