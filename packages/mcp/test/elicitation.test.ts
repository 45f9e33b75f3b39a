import { ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { JsonObject } from '@x/types'
import { describe, expect, it, vi } from 'vitest'
import type { CallHandler } from './helpers.js'
import { connectTo, contentOf, contextOf, fakeServer, named, plainTool, runStep } from './helpers.js'

const schema = { type: 'object', properties: { city: { type: 'string' } } } as const

/** A tool that asks one question after the other and tells what came back. */
const asking =
  (...questions: readonly string[]): CallHandler =>
  async ({ name }, { sendRequest }) => {
    const answers: unknown[] = []
    for (const message of questions) {
      const params = { mode: 'form', message, requestedSchema: schema } as const
      answers.push(await sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema))
    }
    return { content: [{ type: 'text', text: `${name} ${JSON.stringify(answers)}` }] }
  }

const textOf = async (run: ReturnType<typeof runStep>) => {
  const [part] = contentOf(await run)
  return part?.type === 'text' ? part.text : part
}

describe('a question without anybody to answer it', () => {
  it('is not asked by a server that looks first, and refused to one that does not', async () => {
    const fake = fakeServer([plainTool('ask')], asking('Where?'))
    const server = await connectTo(fake)
    expect(fake.server.getClientCapabilities()).toEqual({})
    await expect(runStep(named(server, 'ask'))).rejects.toMatchObject({
      code: 'tool-failed',
      message: expect.stringContaining('Method not found'),
    })
  })
})

describe('a question with a function to answer it', () => {
  it('is answered at once, and the function knows which call asks', async () => {
    const onElicitation = vi.fn(() => ({ action: 'accept', content: { city: 'Bern' } }) as const)
    const server = await connectTo(fakeServer([plainTool('ask')], asking('Where?')), { onElicitation })
    expect(await textOf(runStep(named(server, 'ask'), { a: 1 }))).toBe(
      'ask [{"action":"accept","content":{"city":"Bern"}}]',
    )
    expect(onElicitation).toHaveBeenCalledExactlyOnceWith(
      { message: 'Where?', schema },
      { call: { name: 'ask', input: { a: 1 } }, signal: expect.any(AbortSignal) },
    )
  })

  it('is cancelled when the function fails, and the server does not learn why', async () => {
    const onElicitation = () => Promise.reject(new Error('private'))
    const server = await connectTo(fakeServer([plainTool('ask')], asking('Where?')), { onElicitation })
    expect(await textOf(runStep(named(server, 'ask')))).toBe('ask [{"action":"cancel"}]')
  })

  it('is told without a call when several are under way', async () => {
    const calls: unknown[] = []
    const server = await connectTo(fakeServer([plainTool('ask')], asking('Where?')), {
      onElicitation(_question, { call }) {
        calls.push(call)
        return { action: 'decline' }
      },
    })
    await Promise.all([runStep(named(server, 'ask')), runStep(named(server, 'ask'))])
    expect(calls).toEqual([undefined, undefined])
  })
})

describe('a question that suspends the run', () => {
  const suspending = async (call: CallHandler) => {
    const fake = fakeServer([plainTool('ask'), plainTool('other')], call)
    return named(await connectTo(fake, { onElicitation: 'suspend' }), 'ask')
  }

  it('ends the step with the question, and tells the server that the call is off', async () => {
    let cancelled = false
    const tool = await suspending((params, extra) => {
      extra.signal.addEventListener('abort', () => (cancelled = true))
      return asking('Where?')(params, extra)
    })
    expect((await runStep(tool)).outcome).toEqual({
      type: 'suspended',
      reason: 'Where?',
      state: { question: { message: 'Where?', schema }, answers: [] },
    })
    expect(cancelled).toBe(true)
  })

  it('is answered when the call is made again, one question after the other', async () => {
    const tool = await suspending(asking('Where?', 'When?'))
    const first = (await runStep(tool)).outcome
    const state = first.type === 'suspended' ? first.state : undefined
    const second = (
      await runStep(tool, {}, { state: state as JsonObject, answer: { action: 'accept', content: { city: 'Bern' } } })
    ).outcome
    expect(second).toMatchObject({ type: 'suspended', reason: 'When?' })
    const state2 = second.type === 'suspended' ? second.state : undefined
    expect(await textOf(runStep(tool, {}, { state: state2 as JsonObject, answer: true }))).toBe(
      'ask [{"action":"accept","content":{"city":"Bern"}},{"action":"accept","content":{}}]',
    )
  })

  it.each([[false], [{ approved: false }], ['yes'], [{ action: 'decline' }], [{}]])(
    'is declined by the answer %j',
    async (answer) => {
      const tool = await suspending(asking('Where?'))
      const state = { question: { message: 'Where?', schema }, answers: [] }
      expect(await textOf(runStep(tool, {}, { state, answer }))).toBe('ask [{"action":"decline"}]')
    },
  )

  it('does not take an answer to another question', async () => {
    const tool = await suspending(asking('Delete everything?'))
    const state = { question: { message: 'Where?', schema }, answers: [] }
    expect((await runStep(tool, {}, { state, answer: true })).outcome).toMatchObject({
      type: 'suspended',
      reason: 'Delete everything?',
    })
  })

  it('is about the right call, also when several are made at once', async () => {
    const tool = await suspending(asking('Where?'))
    const runs = await Promise.all([runStep(tool, { n: 1 }), runStep(tool, { n: 2 })])
    expect(runs.map(({ outcome }) => outcome.type)).toEqual(['suspended', 'suspended'])
  })

  it('is declined after ten answers', async () => {
    const tool = await suspending(asking('And now?'))
    const answers = Array.from({ length: 10 }, (_, n) => ({ question: { message: `${n}`, schema }, answer: true }))
    const state = { question: { message: 'x', schema }, answers }
    expect(await textOf(runStep(tool, {}, { state }))).toBe('ask [{"action":"decline"}]')
  })

  it('fails where there is no loop', async () => {
    const tool = await suspending(asking('Where?'))
    await expect(tool.execute?.({}, contextOf())).rejects.toMatchObject({ code: 'not-approved' })
  })
})
