import type { Message } from '@x/types'

/** A message and where it stood in the request: repairs put messages in and leave some out. */
export interface Entry {
  readonly index: number
  readonly message: Message
}

/** Messages that are one turn on the wire. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly entries: TurnEntry[]
}

export interface TurnEntry extends Entry {
  /** In the list that the turns were made of. */
  readonly position: number
  /** Holds calls or results. */
  readonly hasTools: boolean
}

export function entriesOf(messages: readonly Message[]): readonly Entry[] {
  return messages.map((message, index) => ({ index, message }))
}
