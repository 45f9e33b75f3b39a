import type { Message } from '@x/types'
import { AgentError } from '@x/types'

/** Where large media are kept, as base64 text. */
export interface MediaStore {
  /** @returns a reference to get it back by; the same for the same content, if it can */
  put(base64: string): Promise<string>
  get(reference: string): Promise<string>
}

/** Messages with a reference where large media stood. The same objects where there was nothing to do. */
export async function keepMedia(
  messages: readonly Message[],
  { media, maxInlineLength = 65_536 }: { readonly media?: MediaStore; readonly maxInlineLength?: number },
): Promise<readonly Message[]> {
  // Most conversations have neither, and are not walked through.
  if (!media && !JSON.stringify(messages).includes(keptType)) return messages
  return (await replaced(messages, async (value) => {
    const { type, base64 } = value
    if (type === keptType) return { type: keptType, literal: value }
    if (!media || type !== 'base64' || typeof base64 !== 'string' || base64.length <= maxInlineLength) return undefined
    return { type: keptType, reference: await media.put(base64) }
  })) as readonly Message[]
}

/** The opposite. @throws AgentError `session` for a reference without a media store to ask */
export async function restoreMedia(messages: readonly Message[], media?: MediaStore): Promise<readonly Message[]> {
  return (await replaced(messages, async (value) => {
    const { type, reference, literal } = value
    if (type === keptType && literal !== undefined) return literal
    if (type !== keptType || typeof reference !== 'string') return undefined
    if (!media) {
      throw new AgentError('session', 'The session refers to media that are kept elsewhere.', {
        hint: 'Open it with the `media` store that it was written with.',
        scope: 'run',
      })
    }
    return { type: 'base64', base64: await media.get(reference) }
  })) as readonly Message[]
}

/**
 * Stands for a medium in a store, never in a message. What somebody else wrote in a message that looks like it is kept
 * as `literal`, so that nobody reads a medium by naming it.
 */
const keptType = 'kept-media'

type Replace = (value: Readonly<Record<string, unknown>>) => Promise<unknown>

/** A copy in which objects are replaced, where `replace` gives something; what has nothing in it stays the same object. */
async function replaced(value: unknown, replace: Replace): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = await Promise.all(value.map((item) => replaced(item, replace)))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  const members = value as Readonly<Record<string, unknown>>
  const other = await replace(members)
  if (other !== undefined) return other
  const entries = Object.entries(members)
  const copies = await Promise.all(
    entries.map(async ([key, member]) => [key, await replaced(member, replace)] as const),
  )
  return copies.every(([, copy], index) => copy === entries[index]?.[1]) ? value : Object.fromEntries(copies)
}
