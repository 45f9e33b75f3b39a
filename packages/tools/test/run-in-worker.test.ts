import { describe, expect, it } from 'vitest'
import { startWorker } from '../src/run-in-worker.js'

const { signal } = new AbortController()

describe('startWorker', () => {
  it('answers one question after the other with the code and the data it was given', async () => {
    const worker = startWorker('async (question, data) => question + data', ' there', signal)
    expect([await worker.ask('hello', 5_000), await worker.ask('hi', 5_000)]).toEqual(['hello there', 'hi there'])
    await worker.close()
  })

  it('ends endless work after its time', async () => {
    const worker = startWorker('() => { for (;;); }', undefined, signal)
    await expect(worker.ask(1, 100)).rejects.toMatchObject({
      code: 'timeout',
      message: 'The work was not done within 100 ms.',
    })
  })

  it('ends endless work when aborted, and asks nothing when aborted before', async () => {
    const worker = startWorker('() => { for (;;); }', undefined, AbortSignal.timeout(100))
    await expect(worker.ask(1, 60_000)).rejects.toMatchObject({ code: 'aborted' })
    const late = startWorker('() => 1', undefined, AbortSignal.abort())
    await expect(late.ask(1, 60_000)).rejects.toMatchObject({ code: 'aborted' })
  })

  it.each([
    ['an error', '() => { throw new Error("no such thing") }', 'no such thing'],
    [
      'too much memory',
      '() => { const all = []; for (;;) all.push(new Array(100000).fill(Math.random())) }',
      'broke off',
    ],
    ['an end of the thread', '() => process.exit(0)', 'broke off'],
    ['code that is none', '((', 'broke off'],
  ])('fails with %s', async (_kind, code, words) => {
    const worker = startWorker(code, undefined, signal)
    const failure = worker.ask(1, 60_000)
    await expect(failure).rejects.toMatchObject({ code: 'tool-failed', message: expect.stringContaining(words) })
    await worker.close()
  })

  it('gives the thread nothing of the environment', async () => {
    const worker = startWorker('() => JSON.stringify(process.env)', undefined, signal)
    expect(await worker.ask(1, 5_000)).toBe('{}')
    await worker.close()
  })
})
