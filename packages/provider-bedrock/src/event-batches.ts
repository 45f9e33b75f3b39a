import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import type { Sdk } from './client.js'
import { frameDecoder } from './frame-decoder.js'
import { fromFrame } from './from-frame.js'

/** The events that one chunk of the body brought. Each batch must be read to its end before the next is asked for. */
export type EventBatch = Iterable<ConverseStreamOutput>

/** What stands in the place of the SDK's `stream`: the same events, with no promise between those of one chunk. */
export class EventBatches implements AsyncIterable<ConverseStreamOutput> {
  readonly batches: AsyncIterable<EventBatch>

  private constructor(batches: AsyncIterable<EventBatch>) {
    this.batches = batches
  }

  /**
   * Comes once the first event is there, so that an exception in its place fails the request and not the stream: the
   * SDK tries again after some of them.
   */
  static async open(sdk: Sdk, body: AsyncIterable<Uint8Array>): Promise<EventBatches> {
    const batches = decode(sdk, body)
    try {
      for (;;) {
        const { value, done } = await batches.next()
        if (done) return new EventBatches(batches)
        const rest = value[Symbol.iterator]()
        const first = rest.next()
        if (!first.done) return new EventBatches(resume(first.value, rest, batches))
      }
    } catch (error) {
      await batches.return(undefined)
      throw error
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ConverseStreamOutput> {
    for await (const batch of this.batches) yield* batch
  }
}

/** The batches of a reply, whoever decoded it. */
export function batchesOf(stream: AsyncIterable<ConverseStreamOutput> | undefined): AsyncIterable<EventBatch> {
  if (!stream) return oneByOne([])
  return stream instanceof EventBatches ? stream.batches : oneByOne(stream)
}

async function* oneByOne(
  stream: AsyncIterable<ConverseStreamOutput> | Iterable<ConverseStreamOutput>,
): AsyncGenerator<EventBatch> {
  for await (const event of stream) yield [event]
}

async function* decode(sdk: Sdk, body: AsyncIterable<Uint8Array>): AsyncGenerator<Generator<ConverseStreamOutput>> {
  const decoder = frameDecoder()
  for await (const chunk of body) yield eventsOf(sdk, decoder.push(chunk))
  decoder.end()
}

function* eventsOf(sdk: Sdk, frames: Iterable<Parameters<typeof fromFrame>[1]>): Generator<ConverseStreamOutput> {
  for (const frame of frames) {
    const event = fromFrame(sdk, frame)
    if (event) yield event
  }
}

async function* resume(
  first: ConverseStreamOutput,
  rest: Iterator<ConverseStreamOutput>,
  batches: AsyncGenerator<EventBatch>,
): AsyncGenerator<EventBatch> {
  try {
    yield [first]
    yield { [Symbol.iterator]: () => rest }
    yield* batches
  } finally {
    await batches.return(undefined)
  }
}
