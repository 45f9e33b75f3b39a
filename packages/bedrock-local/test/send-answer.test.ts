import { describe, expect, it } from 'vitest'
import type { Fault } from '../src/index.js'
import { clientOf, converse, converseStream, httpVersions, textOf, until, withLocal } from './helpers.js'

const text = 'one two three four five'
const question = 'Count.'

/** messageStart, five deltas, contentBlockStop, messageStop, metadata. */
const framesOfText = 9

describe.each(httpVersions)('over %s', (version) => {
  const stream = (fault: Fault) =>
    withLocal({ reply: [{ content: [{ text }], fault }] }, (local) =>
      converseStream(clientOf(local, version), question),
    )
  const whole = (fault: Fault) =>
    withLocal({ reply: [{ content: [{ text }], fault }] }, (local) => converse(clientOf(local, version), question))

  it('streams all frames of an answer', async () => {
    const { events, error } = await withLocal({ reply: [text] }, (local) => converseStream(clientOf(local, version)))
    expect(error).toBeUndefined()
    expect(events).toHaveLength(framesOfText)
    expect(textOf(events)).toBe(text)
  })

  it('gives the same reply whole over Converse', async () => {
    const answer = await withLocal({ reply: [text] }, (local) => converse(clientOf(local, version)))
    expect(answer.output?.message).toEqual({ role: 'assistant', content: [{ text }] })
    expect(answer.stopReason).toBe('end_turn')
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['Converse', 'ConverseStream'])(
    'refuses %s with the status, class and message of an http fault',
    async (operation) => {
      const fault: Fault = { type: 'http', status: 429, error: 'ThrottlingException', message: 'Too many requests.' }
      const error: unknown =
        operation === 'Converse' ? await whole(fault).catch((cause) => cause) : (await stream(fault)).error
      expect(error).toMatchObject({
        name: 'ThrottlingException',
        message: 'Too many requests.',
        $metadata: { httpStatusCode: 429, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      })
    },
  )

  it('is asked again by a client that retries, and says how long to wait', async () => {
    const fault: Fault = {
      type: 'http',
      status: 503,
      error: 'ServiceUnavailableException',
      message: 'Wait.',
      retryAfterSeconds: 0,
    }
    await withLocal({ reply: [{ fault }, 'whole'] }, async (local) => {
      const answer = await converse(clientOf(local, version, 2))
      expect(answer.output?.message?.content).toEqual([{ text: 'whole' }])
      expect(local.requests.map(({ status, error }) => ({ status, error }))).toEqual([
        { status: 503, error: 'ServiceUnavailableException: Wait.' },
        { status: 200, error: undefined },
      ])
    })
  })

  it('throws a modelled exception out of the stream after the frames before it', async () => {
    const { events, error } = await stream({
      type: 'exception',
      error: 'ModelStreamErrorException',
      message: 'The model broke.',
      afterFrames: 3,
    })
    expect(error).toMatchObject({ name: 'ModelStreamErrorException', message: 'The model broke.' })
    expect(textOf(events)).toBe('one two')
  })

  it('throws a modelled exception that is the first frame from send()', async () => {
    const { events, error } = await stream({
      type: 'exception',
      error: 'ValidationException',
      message: 'No.',
      afterFrames: 0,
    })
    expect(error).toMatchObject({ name: 'ValidationException', message: 'No.' })
    expect(events).toEqual([])
  })

  it('throws an unmodelled error frame', async () => {
    const { events, error } = await stream({
      type: 'error-frame',
      error: 'InternalFailure',
      message: 'Gone.',
      afterFrames: 2,
    })
    expect(error).toMatchObject({ name: 'InternalFailure', message: 'Gone.' })
    expect(textOf(events)).toBe('one')
  })

  it('cuts the connection inside a frame', async () => {
    const { events, error } = await stream({ type: 'cut', afterFrames: 4, bytes: 20 })
    expect(error?.message).toBe(version === 'HTTP/2' ? 'Truncated event message received.' : 'aborted')
    expect(textOf(events)).toBe('one two three')
  })

  it('resets the connection between frames, which HTTP/2 clients do not notice', async () => {
    const { events, error } = await stream({ type: 'reset', afterFrames: 4 })
    expect(error?.message).toBe(version === 'HTTP/2' ? undefined : 'aborted')
    expect(textOf(events)).toBe('one two three')
  })

  it('ends cleanly without the rest', async () => {
    const { events, error } = await stream({ type: 'end', afterFrames: framesOfText - 2 })
    expect(error).toBeUndefined()
    expect(textOf(events)).toBe(text)
    expect(events.some((event) => event.messageStop)).toBe(false)
  })

  it('breaks the last frame when the number is past the end', async () => {
    const { events } = await stream({ type: 'end', afterFrames: 1000 })
    expect(events).toHaveLength(framesOfText - 1)
    expect(events.at(-1)?.messageStop).toBeDefined()
  })

  it('damages the checksum of one frame', async () => {
    const { events, error } = await stream({ type: 'corrupt', afterFrames: 4 })
    expect(error?.message).toMatch(/message checksum .* did not match/)
    expect(textOf(events)).toBe('one two three')
  })

  it('stalls with the connection open until the client aborts', async () => {
    const fault: Fault = { type: 'stall', afterFrames: 4 }
    await withLocal({ reply: [{ content: [{ text }], fault }] }, async (local) => {
      const abort = new AbortController()
      const streamed = converseStream(clientOf(local, version), question, abort.signal)
      await until(() => local.requests[0]?.status === 200)
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(local.connections).toBe(1)
      expect(local.requests[0]?.outcome).toBeUndefined()
      abort.abort()
      expect(textOf((await streamed).events)).toBe('one two three')
      await until(() => local.connections === 0 && local.requests[0]?.outcome === 'fault')
    })
  })

  it.each<[Fault, object]>([
    [
      { type: 'cut', afterFrames: 0, bytes: 30 },
      version === 'HTTP/2' ? { name: 'SyntaxError' } : { code: 'ECONNRESET' },
    ],
    [
      { type: 'reset', afterFrames: 0 },
      version === 'HTTP/2' ? { code: 'ERR_HTTP2_STREAM_ERROR' } : { code: 'ECONNRESET' },
    ],
    [{ type: 'end', afterFrames: 0 }, { name: 'SyntaxError' }],
    [{ type: 'corrupt', afterFrames: 0 }, { name: 'SyntaxError' }],
    [
      { type: 'exception', error: 'ModelTimeoutException', message: 'Late.', afterFrames: 3 },
      { name: 'ModelTimeoutException', message: 'Late.', $metadata: { httpStatusCode: 408 } },
    ],
    [
      { type: 'error-frame', error: 'InternalFailure', message: 'Gone.', afterFrames: 3 },
      { name: 'InternalFailure', message: 'Gone.', $metadata: { httpStatusCode: 500 } },
    ],
  ])('does to the body of Converse what is nearest to %j', async (fault, expected) => {
    await expect(whole(fault)).rejects.toMatchObject(expected)
  })

  it('stalls Converse until the client aborts', async () => {
    await withLocal({ reply: [{ content: [{ text }], fault: { type: 'stall', afterFrames: 0 } }] }, async (local) => {
      const answer = converse(clientOf(local, version)).catch((error: Error) => error)
      await until(() => local.requests[0]?.status === 200)
      expect(local.connections).toBe(1)
      await local.close()
      expect(await answer).toBeInstanceOf(Error)
    })
  })
})
