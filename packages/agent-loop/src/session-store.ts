import type { Message, PendingCall, RunResult, Usage } from '@x/types'
import { AgentError, addUsage, noUsage } from '@x/types'
import { unansweredCalls } from './tool-calls.js'

/** One thing written to a session. Plain JSON. */
export type SessionEntry =
  /** Said at the end. */
  | { readonly type: 'messages'; readonly messages: readonly Message[]; readonly spent?: Usage }
  /** The whole conversation, when something in it changed (compaction, redaction). */
  | { readonly type: 'history'; readonly messages: readonly Message[]; readonly spent?: Usage }
  /** Stands before all that a run writes. */
  | { readonly type: 'run-start'; readonly runId: string }
  | { readonly type: 'run-end'; readonly result: Omit<RunResult, 'messages'> }
  /** Spent by a run that failed, or was left in the middle. */
  | { readonly type: 'usage'; readonly usage: Usage }

export interface StoredSession {
  readonly entries: readonly SessionEntry[]
  /** Grows with each write; 0 means that there is nothing. */
  readonly version: number
}

/** Where conversations are kept: the port to memory, files, databases. */
export interface SessionStore {
  load(id: string): Promise<StoredSession | undefined>
  /**
   * Adds entries at the end if the session still has `version` (0 for one that does not exist), all or none, and on
   * record for good when it resolves.
   * @returns the new version
   * @throws AgentError `conflict` (scope `run`) when it has another version: see {@link sessionConflict}
   */
  append(id: string, entries: readonly SessionEntry[], version: number): Promise<number>
  /** Nothing happens when there is none. */
  delete(id: string): Promise<void>
  /** Ids in ascending order, those after `after`, at most `limit` (default 100). */
  list(options?: { readonly after?: string; readonly limit?: number }): Promise<readonly string[]>
}

/** What a store throws when somebody else wrote in the meantime. */
export function sessionConflict(id: string, expected: number, found: number): AgentError {
  return new AgentError(
    'conflict',
    `The session ${id} has version ${found}, not ${expected}: somebody else wrote to it.`,
    {
      hint: 'Open the session again and go on from what it has now.',
      scope: 'run',
    },
  )
}

/**
 * What entries add up to. What a run `spent` on the way counts until it says itself, at its end, what it took in all;
 * one that was cut off by a crash never does.
 */
export function replayEntries(entries: readonly SessionEntry[]) {
  let messages: readonly Message[] = []
  let pending: readonly PendingCall[] = []
  /** The message that holds the calls that wait. */
  let waiting: string | undefined
  let usage: Usage = noUsage
  let unsettled: Usage | undefined
  const begun = new Set<string>()
  const runs: RunResult[] = []
  for (const entry of entries) {
    if (entry.type === 'messages') messages = [...messages, ...entry.messages]
    if (entry.type === 'history') messages = entry.messages
    if ('spent' in entry && entry.spent) unsettled = addUsage(unsettled ?? noUsage, entry.spent)
    if (entry.type === 'usage' || entry.type === 'run-end') unsettled = undefined
    if (entry.type === 'run-start') begun.add(entry.runId)
    if (entry.type === 'usage') usage = addUsage(usage, entry.usage)
    if (entry.type !== 'run-end') continue
    const { result } = entry
    pending = result.pending
    waiting = unansweredCalls(messages).message?.id
    usage = addUsage(usage, result.usage)
    runs.push({ ...result, messages })
  }
  // A run that went on from there and was cut off has answered some of them, or all and gone further.
  const { message, calls } = unansweredCalls(messages)
  const open = new Set(message?.id === waiting ? calls.map(({ id }) => id) : [])
  return { messages, pending: pending.filter(({ callId }) => open.has(callId)), usage, unsettled, begun, runs }
}

/** A store in memory. It keeps JSON text, so that nobody shares objects with it. */
export function memorySessionStore(): SessionStore {
  const sessions = new Map<string, { entries: string[]; version: number }>()
  return {
    async load(id) {
      const found = sessions.get(id)
      return found && { entries: found.entries.map((text) => JSON.parse(text) as SessionEntry), version: found.version }
    },
    async append(id, entries, version) {
      const found = sessions.get(id) ?? { entries: [], version: 0 }
      if (found.version !== version) throw sessionConflict(id, version, found.version)
      const added = entries.map((entry) => JSON.stringify(entry))
      sessions.set(id, { entries: [...found.entries, ...added], version: version + 1 })
      return version + 1
    },
    async delete(id) {
      sessions.delete(id)
    },
    async list({ after = '', limit = 100 } = {}) {
      return [...sessions.keys()]
        .sort()
        .filter((id) => id > after)
        .slice(0, limit)
    },
  }
}
