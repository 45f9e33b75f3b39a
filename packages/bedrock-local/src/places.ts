import type { ConverseBody, WireBlock, WireMessage } from './wire.js'

/** A content block and where it stands. */
export interface Place {
  readonly block: WireBlock
  readonly role: string
  readonly messageIndex: number
  readonly blockIndex: number
  /** As errors name it: `messages.0.content.1`, or `messages.2.content.0.toolResult.content.1`. */
  readonly path: string
  /** It stands inside a tool result. */
  readonly inResult: boolean
}

/** All blocks of a conversation in order, those of tool results behind their results. Every rule asks: read once. */
export function placesOf(body: ConverseBody): readonly Place[] {
  const places = knownPlaces.get(body) ?? readPlaces(body)
  knownPlaces.set(body, places)
  return places
}

const knownPlaces = new WeakMap<ConverseBody, readonly Place[]>()

function readPlaces({ messages }: ConverseBody): readonly Place[] {
  return (messages ?? []).flatMap(({ role, content }, messageIndex) =>
    content.flatMap((block, blockIndex) => {
      const path = `messages.${messageIndex}.content.${blockIndex}`
      const place = { role, messageIndex, blockIndex }
      const inner = (block.toolResult?.content ?? []).map((item, index) => ({
        ...place,
        block: item as WireBlock,
        path: `${path}.toolResult.content.${index}`,
        inResult: true,
      }))
      return [{ ...place, block, path, inResult: false }, ...inner]
    }),
  )
}

/** Several messages of one role in a row. */
export interface Turn {
  readonly role: string
  /** Of its first message. */
  readonly messageIndex: number
  readonly blocks: readonly WireBlock[]
}

/** The service reads neighbouring messages of one role as one. */
export function turnsOf({ messages }: ConverseBody): readonly Turn[] {
  const turns: { role: string; messageIndex: number; blocks: WireBlock[] }[] = []
  for (const [messageIndex, { role, content }] of (messages ?? ([] as readonly WireMessage[])).entries()) {
    const last = turns.at(-1)
    if (last?.role === role) last.blocks.push(...content)
    else turns.push({ role, messageIndex, blocks: [...content] })
  }
  return turns
}

/** The ids of the calls among blocks that wait for a result; a server tool is answered in the same message. */
export function callIdsOf(blocks: readonly WireBlock[]): readonly string[] {
  return blocks.flatMap(({ toolUse }) =>
    toolUse && toolUse.type !== 'server_tool_use' ? [String(toolUse.toolUseId)] : [],
  )
}
