import type { CachePointPart, Message, Part } from '@x/types'

/** Where in the conversation a cache point may be added. */
export interface MessagePlace {
  /** Of the message. */
  readonly index: number
  /** Of the part that the point would stand before; the number of parts for the end. */
  readonly place: number
}

/**
 * The places of a conversation point, newest first, at most `count`: one for each user-side turn, as late in it as the
 * service allows. A turn is a run of user and tool messages. `taken` stands for a turn that holds a point of the caller's.
 */
export function messagePlaces(
  messages: readonly Message[],
  besideTools: boolean,
  count = messages.length,
): readonly (MessagePlace | 'taken')[] {
  const found: (MessagePlace | 'taken')[] = []
  for (const turn of turnsFromEnd(messages)) {
    if (found.length >= count) break
    found.push(...placesIn(turn, messages, besideTools))
  }
  return found
}

/** At most one. */
function placesIn(
  turn: readonly number[],
  messages: readonly Message[],
  besideTools: boolean,
): readonly (MessagePlace | 'taken')[] {
  const contents = turn.map((index) => messages[index]?.content ?? [])
  if (contents.some((parts) => parts.some(({ type }) => type === 'cache-point'))) return ['taken']
  if (!besideTools && contents.some((parts) => parts.some(({ type }) => type === 'tool-result'))) return []
  const places = turn.map((index) => ({ index, place: placeIn(messages[index]?.content ?? []) }))
  return places.filter(({ place }) => place > 0).slice(-1)
}

/** Whether a message holds a point: a look that costs little, as hardly any does. */
export function holdsPoint(message: Message): boolean {
  return Array.isArray(message?.content) && message.content.some((part) => part?.type === 'cache-point')
}

/** A message with the point put in. */
export function withPoint<Role extends Message>(message: Role, place: number, point: CachePointPart): Role {
  const content: readonly Part[] = message.content
  return { ...message, content: [...content.slice(0, place), point, ...content.slice(place)] } as Role
}

/** Indexes of the messages of each turn, in order. Messages that hold nothing go nowhere, so they part no turns. */
function* turnsFromEnd(messages: readonly Message[]): Generator<readonly number[]> {
  let turn: number[] = []
  for (let index = messages.length - 1; index >= 0; index--) {
    const { role, content } = messages[index] as Message
    if (content.every(isBlank)) continue
    if (role !== 'assistant') turn.unshift(index)
    else if (turn.length > 0) {
      yield turn
      turn = []
    }
  }
  if (turn.length > 0) yield turn
}

/** Behind the last part that a point may follow; 0 where there is none, as a point cannot come first. */
function placeIn(parts: readonly Part[]): number {
  return parts.findLastIndex((part) => !isBlank(part) && !isUnmarkable(part)) + 1
}

function isBlank(part: Part): boolean {
  return part.type === 'text' && part.text.trim() === ''
}

/** The service refuses a point right after these. Source: checks of other clients, recorded in public issues. */
function isUnmarkable(part: Part): boolean {
  if (part.type === 'document') return part.format !== 'pdf'
  return part.type === 'video' || part.type === 'reasoning'
}
