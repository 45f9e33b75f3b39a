import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import type { ModelEvent } from '@x/types'
import type { Block } from './from-block.js'
import { closeBlock, fromDelta, fromStart } from './from-block.js'

/** Turns the block events of a stream into parts that come strictly one after another. */
export interface BlockReader {
  push(event: ConverseStreamOutput): readonly ModelEvent[]
  hasOpenToolCall(): boolean
  /** Closes what is open when no more events will come; blocks that are given out whole or not at all are dropped. */
  flush(): readonly ModelEvent[]
}

/**
 * The index is all that the service promises to tie a block's events together, so blocks may interleave: the first one
 * opened flows, and the others wait behind it. In recordings they come one by one, and nothing ever waits.
 */
export function blockReader(): BlockReader {
  const open = new Map<number, Block>()
  // In the order in which they were opened; the first one flows.
  const line: Block[] = []

  const step = (index: number, read: (block: Block) => readonly ModelEvent[]): readonly ModelEvent[] => {
    let block = open.get(index)
    if (!block) {
      block = { held: [], closed: false }
      open.set(index, block)
      line.push(block)
    }
    const events = read(block)
    if (block === line[0]) return events
    block.held.push(...events)
    return []
  }

  const close = (index: number, cut: boolean): readonly ModelEvent[] => {
    const block = open.get(index)
    if (!block) return []
    open.delete(index)
    block.closed = true
    block.held.push(...closeBlock(block, cut))
    if (block !== line[0]) return []
    const events: ModelEvent[] = []
    for (const next of [...line]) {
      events.push(...next.held.splice(0))
      if (!next.closed) break
      line.shift()
    }
    return events
  }

  return {
    push({ contentBlockDelta, contentBlockStart, contentBlockStop }) {
      const flowing = line[0]
      // An index that is missing is 0: some proxies leave it out.
      if (contentBlockDelta) {
        const { contentBlockIndex = 0, delta } = contentBlockDelta
        // Nearly every event: one more piece of the text that flows.
        if (flowing?.kind === 'text' && flowing === open.get(contentBlockIndex) && delta?.text) {
          return [{ type: 'text-delta', text: delta.text }]
        }
        return delta ? step(contentBlockIndex, (block) => fromDelta(block, delta)) : []
      }
      if (contentBlockStart) {
        const { contentBlockIndex = 0, start } = contentBlockStart
        return start ? step(contentBlockIndex, (block) => fromStart(block, start)) : []
      }
      return contentBlockStop ? close(contentBlockStop.contentBlockIndex ?? 0, false) : []
    },
    hasOpenToolCall: () => [...open.values()].some(({ kind }) => kind === 'tool-call'),
    flush: () => [...open.keys()].flatMap((index) => close(index, true)),
  }
}
