import type { AgentEvent } from '@x/types'
import type { UIMessageChunk, UIStreamOptions } from '../src/ui-stream.js'
import { toUIMessageStream } from '../src/ui-stream.js'

export async function all<Item>(stream: ReadableStream<Item>): Promise<Item[]> {
  const items: Item[] = []
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) return items
    items.push(value)
  }
}

export function chunksOf(events: AsyncIterable<AgentEvent>, options?: UIStreamOptions): Promise<UIMessageChunk[]> {
  return all(toUIMessageStream(events, options))
}

/** The chunks as short lines, so that a whole sequence can be read. */
export function lines(chunks: readonly UIMessageChunk[]): string[] {
  return chunks.map((chunk) => {
    const { type, ...rest } = chunk
    return [type, ...Object.values(rest).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))]
      .join(' ')
      .trim()
  })
}

export async function* eventsOf(...events: readonly (AgentEvent | Error)[]): AsyncGenerator<AgentEvent, void, void> {
  for (const event of events) {
    if (event instanceof Error) throw event
    yield event
  }
}
