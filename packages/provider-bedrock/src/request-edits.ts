import type { Message, Part, ToolMessage } from '@x/types'
import type { Entry } from './turn.js'

/** Repairs that take more than one message to see, gathered while a list of messages is walked and then applied at once. */
export interface RequestEdits {
  /** Puts another part in the place of one, or none. `key` tells this replacement from others of the same part. */
  replacePart(position: number, place: number, part: Part | undefined, key: string): void
  /** Leaves a whole message out. */
  dropMessage(position: number): void
  /** Puts results behind a message. */
  insertResults(position: number, content: ToolMessage['content'], key: string): void
  /** The list given, if there was nothing to do. Equal edits of one message give one and the same message every time. */
  apply(entries: readonly Entry[]): readonly Entry[]
}

interface Edit {
  readonly parts: Map<number, Part | undefined>
  results: ToolMessage['content'] | undefined
  dropped: boolean
  key: string
}

export function requestEdits(): RequestEdits {
  const edits = new Map<number, Edit>()
  const at = (position: number, key: string): Edit => {
    const edit = edits.get(position) ?? { parts: new Map(), results: undefined, dropped: false, key: '' }
    edit.key += `|${key}`
    edits.set(position, edit)
    return edit
  }
  return {
    replacePart: (position, place, part, key) => void at(position, `${place}=${key}`).parts.set(place, part),
    dropMessage: (position) => {
      at(position, 'drop').dropped = true
    },
    insertResults: (position, content, key) => {
      at(position, `+${key}`).results = content
    },
    apply: (entries) =>
      edits.size === 0
        ? entries
        : entries.flatMap((entry, position) => {
            const edit = edits.get(position)
            if (!edit) return [entry]
            return remembered(entry.message, edit).map((message) => ({ index: entry.index, message }))
          }),
  }
}

interface Remembered {
  readonly key: string
  readonly messages: readonly Message[]
}

/** The newest last. One message may be edited by each of the checks that look at more than one. */
const memory = new WeakMap<Message, readonly Remembered[]>()
const maxRemembered = 4

function remembered(message: Message, edit: Edit): readonly Message[] {
  const known = memory.get(message) ?? []
  const same = known.find(({ key }) => key === edit.key)
  if (same) return same.messages
  const messages = edited(message, edit)
  memory.set(message, [...known.slice(1 - maxRemembered), { key: edit.key, messages }])
  return messages
}

function edited(message: Message, { parts, results, dropped }: Edit): readonly Message[] {
  const content = (message.content as readonly Part[]).flatMap((part, place) => {
    if (!parts.has(place)) return [part]
    return parts.get(place) ?? []
  })
  const own = dropped ? [] : [parts.size === 0 ? message : ({ ...message, content } as Message)]
  return results ? [...own, { role: 'tool', content: results }] : own
}
