import type { Journal, JournalEntry } from '@x/agent-loop/journal'
import { storeJournal } from '@x/agent-loop/journal'
import type { SessionStore } from '@x/agent-loop/session'
import { memorySessionStore } from '@x/agent-loop/session'
import type { ToolContext, Usage } from '@x/types'
import { addUsage, noUsage } from '@x/types'
import type { Life } from './life.js'

/** What outlives every process: stores, what tools have done, and what models have said that they took. */
export class World {
  readonly entries = new Map<string, string>()
  readonly sessions = memorySessionStore()
  /** Done by tools that must not be done twice, by the call and not by the run that made it. */
  readonly effects = new Map<string, number>()
  /** Calls that somebody said may run again. */
  readonly mayRunAgain = new Set<string>()
  readonly problems: string[] = []
  /** Of all steps of models that came to their end, or failed. */
  usage: Usage = noUsage

  /** A journal as the process sees it: from its death on, nothing that it asks for is ever answered. */
  journalOf(life: Life): Journal {
    return storeJournal({
      get: (key) => life.reach('journal', () => this.#entry(key)),
      set: (key, entry) => life.reach('journal', () => void this.entries.set(key, JSON.stringify(entry))),
      delete: (key) => life.reach('journal', () => void this.entries.delete(key)),
    })
  }

  sessionsOf(life: Life): SessionStore {
    const { sessions } = this
    return {
      load: (id) => sessions.load(id),
      append: (id, entries, version) => life.reach('session', () => sessions.append(id, entries, version)),
      delete: (id) => sessions.delete(id),
      list: (options) => sessions.list(options),
    }
  }

  /** To be told before a tool does anything. */
  onEffect(name: string, { key, run }: ToolContext): void {
    if (this.#entry(key)?.status === 'done') this.problems.push(`${name} ran again though ${key} is on record as done`)
    // The same under whatever run id: the message and the call.
    const call = key.slice(run.id.length + 1)
    const times = (this.effects.get(call) ?? 0) + 1
    this.effects.set(call, times)
    if (times > 1 && !this.mayRunAgain.has(call)) this.problems.push(`${name} had its effect ${times} times for ${key}`)
  }

  spend(usage: Usage | undefined): void {
    if (usage) this.usage = addUsage(this.usage, usage)
  }

  #entry(key: string): JournalEntry | undefined {
    const text = this.entries.get(key)
    return text === undefined ? undefined : (JSON.parse(text) as JournalEntry)
  }
}
