import type { ToolContext, ToolOutput } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineTool } from '../src/index.js'
import { runTool } from '../src/testing.js'

const add = defineTool({
  name: 'add',
  input: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
})

describe('runTool', () => {
  it('gives the output and what the model would read', async () => {
    expect(await runTool(add, { a: 1, b: 2 })).toEqual({
      output: 3,
      progress: [],
      content: [{ type: 'json', value: 3 }],
    })
  })

  it('gives what goes wrong as an error, never by throwing', async () => {
    const { error, content, output } = await runTool(add, { a: 'x', b: 2 })
    expect(error).toMatchObject({ code: 'invalid-tool-input' })
    expect(content).toEqual([{ type: 'text', text: error?.message }])
    expect(output).toBeUndefined()
    const broken = defineTool({
      name: 'broken',
      execute: () => {
        throw new TypeError('no luck')
      },
    })
    expect((await runTool(broken, {})).error).toMatchObject({ code: 'tool-failed', message: 'no luck' })
    const odd = defineTool({ name: 'odd', execute: () => Symbol('x') as never })
    expect((await runTool(odd, {})).error).toMatchObject({ code: 'tool-failed' })
    const step = { name: 'agent', inputSchema: { type: 'object' }, step: async function* () {} as never }
    expect((await runTool(step, {})).error).toMatchObject({ code: 'unsupported' })
  })

  it('collects progress, of a generator and of emit, up to a failure', async () => {
    const tool = defineTool({
      name: 'count',
      async *execute(_input, { emit }: ToolContext) {
        yield 1
        emit({ at: 2 })
        throw new Error('stop')
      },
    })
    expect(await runTool(tool, {})).toMatchObject({ progress: [1, { at: 2 }], error: { message: 'stop' } })
    const bare = {
      name: 'bare',
      inputSchema: { type: 'object' },
      async *execute(): AsyncGenerator<string, ToolOutput, void> {
        yield 'half'
        return 'whole'
      },
    }
    expect(await runTool(bare, {})).toMatchObject({ progress: ['half'], output: 'whole' })
  })

  it('gives the tool its env, id, key, model and signal', async () => {
    const model = scriptedModel(['hi'])
    const tool = defineTool({
      name: 'look',
      execute: (_input, { env, id, key, model, run, signal }: ToolContext<{ user: string }>) => ({
        user: env.user,
        same: run.env === env && run.signal === signal,
        id,
        key,
        modelId: model.modelId,
      }),
    })
    const { output } = await runTool(tool, {}, { env: { user: 'ann' }, model, id: 'c7' })
    const key = 'run-1/message-1/c7'
    expect(output).toEqual({ user: 'ann', same: true, id: 'c7', key, modelId: model.modelId })
    const asks = defineTool({
      name: 'asks',
      execute: (_input, { run, model }) => void run.model({ name: 'x', model, request: { messages: [] } }),
    })
    expect((await runTool(asks, {})).error).toMatchObject({ code: 'unsupported' })
    const bare = defineTool({ name: 'bare', execute: (_input, { model }) => void model.stream({ messages: [] }) })
    expect((await runTool(bare, {})).error).toMatchObject({ code: 'unsupported' })
  })

  it('ends a tool by its signal and by its timeoutMs, and tells it so', async () => {
    let reason: unknown
    const slow = (timeoutMs?: number) =>
      defineTool({
        name: 'slow',
        ...(timeoutMs !== undefined && { timeoutMs }),
        execute: (_input, { signal }) =>
          new Promise<string>(() => {
            signal.addEventListener('abort', () => {
              reason = signal.reason
            })
          }),
      })
    expect((await runTool(slow(20), {})).error).toMatchObject({
      code: 'timeout',
      message: 'slow took longer than 20 ms.',
    })
    expect(reason).toMatchObject({ code: 'timeout' })
    const abort = new AbortController()
    const running = runTool(slow(), {}, { signal: abort.signal })
    abort.abort()
    expect((await running).error).toMatchObject({ code: 'aborted' })
    expect((await runTool(slow(), {}, { signal: AbortSignal.abort() })).error).toMatchObject({ code: 'aborted' })
    expect((await runTool(add, { a: 1, b: 1 }, { signal: AbortSignal.abort() })).output).toBeUndefined()
  })

  it('shows text, parts and nothing as the model reads them', async () => {
    const give = async (output: ToolOutput) => {
      return (await runTool(defineTool({ name: 'give', execute: () => output }), {})).content
    }
    expect(await give('hi')).toEqual([{ type: 'text', text: 'hi' }])
    expect(await give(undefined)).toEqual([{ type: 'text', text: '(no output)' }])
    expect(await give([{ type: 'text', text: 'hi' }])).toEqual([{ type: 'text', text: 'hi' }])
    expect(await give([{ type: 'text' }] as never)).toEqual([{ type: 'json', value: [{ type: 'text' }] }])
    expect(await give({ big: 12n } as never)).toEqual([{ type: 'json', value: { big: '12' } }])
  })
})
