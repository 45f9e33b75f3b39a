import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { batchesOf, EventBatches } from '../src/event-batches.js'
import { encodeEvent, encodeException } from './encode-frame.js'

const delta = (text: string) => encodeEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text } })
const event = (text: string) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { text } } })

/** A body that tells whether it was let go. */
function bodyOf(...chunks: Uint8Array[]) {
  const body = {
    released: false,
    async *[Symbol.asyncIterator]() {
      try {
        yield* chunks
      } finally {
        body.released = true
      }
    },
  }
  return body
}

describe('EventBatches', () => {
  it('gives the events of a chunk at once', async () => {
    const unknown = encodeEvent('newThing', '{}')
    const body = bodyOf(unknown, Buffer.concat([delta('a'), delta('b'), unknown, delta('c')]), delta('d'))
    const sizes: number[] = []
    for await (const batch of batchesOf(await EventBatches.open(sdk, body))) sizes.push([...batch].length)

    expect(sizes).toEqual([1, 2, 1])
  })

  it('can be read one by one, as the stream of the SDK', async () => {
    const events: unknown[] = []
    for await (const each of await EventBatches.open(sdk, bodyOf(delta('a'), delta('b')))) events.push(each)

    expect(events).toEqual([event('a'), event('b')])
  })

  it('fails to open on an exception in the place of the first event, and lets the body go', async () => {
    const body = bodyOf(encodeException('throttlingException', { message: 'no' }), delta('a'))

    await expect(EventBatches.open(sdk, body)).rejects.toBeInstanceOf(sdk.ThrottlingException)
    expect(body.released).toBe(true)
  })

  it('gives what stood before an exception, and then throws it', async () => {
    const body = bodyOf(Buffer.concat([delta('a'), delta('b'), encodeException('throttlingException', {}), delta('c')]))
    const events: unknown[] = []
    const reading = (async () => {
      for await (const each of await EventBatches.open(sdk, body)) events.push(each)
    })()

    await expect(reading).rejects.toBeInstanceOf(sdk.ThrottlingException)
    expect(events).toEqual([event('a'), event('b')])
    expect(body.released).toBe(true)
  })

  it('is empty for an empty body, and fails on one that is cut', async () => {
    const all: unknown[] = []
    for await (const each of await EventBatches.open(sdk, bodyOf())) all.push(each)
    expect(all).toEqual([])
    await expect(EventBatches.open(sdk, bodyOf(delta('a').subarray(0, 20)))).rejects.toThrow('Truncated')
  })
})

describe('batchesOf', () => {
  it('takes the events of anybody else one by one', async () => {
    async function* stream() {
      yield event('a')
      yield event('b')
    }
    const batches: unknown[] = []
    for await (const batch of batchesOf(stream())) batches.push([...batch])
    for await (const batch of batchesOf(undefined)) batches.push(batch)

    expect(batches).toEqual([[event('a')], [event('b')]])
  })
})
