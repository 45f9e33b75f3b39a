import type { Message } from '@x/types'

/**
 * Fills in missing ids from the run and the place in the input. A run that is continued gets the same input, so the
 * same ids, so the same step keys.
 */
export function withIds(messages: readonly Message[], runId: string): readonly Message[] {
  if (messages.every(({ id }) => id !== undefined)) return messages
  return messages.map((message, index) =>
    message.id === undefined ? { ...message, id: `${runId}.${index}` } : message,
  )
}

/**
 * The id of a message made in answer to another: the other's id and how far down the chain this one stands. It depends
 * on what is answered and never on a position, so that it stays the same when a layer shortens the history.
 */
export function answerId(answered: string): string {
  const [, base = answered, count = '0'] = /^(.*)~(\d+)$/s.exec(answered) ?? []
  return `${base}~${Number(count) + 1}`
}
