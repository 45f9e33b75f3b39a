import type { Answers, JsonValue, Message, PendingCall, RunResult } from '@x/types'
import type { Lots } from './lots.js'
import type { World } from './world.js'

export interface Waiting {
  readonly messages: readonly Message[]
  readonly pending: readonly PendingCall[]
}

/** What a person says to calls that wait, at any depth; to some of them nothing. */
export function answersTo({ messages, pending }: Waiting, world: World, draw: Lots): Answers {
  const message = messages.findLast(({ role }) => role === 'assistant')
  const answered = pending.filter(() => draw.chance(0.85))
  return Object.fromEntries(answered.map((call) => [call.callId, answerTo(call, message?.id ?? '', world, draw)]))
}

function answerTo({ callId, state }: PendingCall, messageId: string, world: World, draw: Lots): JsonValue {
  const left = (state ?? {}) as Partial<RunResult> & { readonly unfinished?: boolean; readonly token?: string }
  const { messages, pending, unfinished, token = '' } = left
  if (messages && pending) return answersTo({ messages, pending }, world, draw)
  if (unfinished) {
    if (draw.chance(0.1)) return 'I do not know'
    if (draw.chance(0.5)) return { result: 'It was done, says a person.' }
    world.mayRunAgain.add(`${messageId}/${callId}`)
    return { runAgain: true }
  }
  return draw.chance(0.2) ? { approved: false, reason: 'by lot' } : { approved: true, token }
}
