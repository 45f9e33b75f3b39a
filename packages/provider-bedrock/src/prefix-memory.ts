/** What was made of the beginning of a list. */
interface Prefix<Carried> {
  readonly length: number
  readonly carried: Carried
}

/**
 * Remembers what was made of the beginning of a list that grows: a conversation is sent again each turn with a little
 * more at its end, so only that has to be looked at. Items are values and are known by identity; a list that differs
 * anywhere before the end of what is remembered is not taken for it.
 */
export interface PrefixMemory<Item extends object, Carried> {
  /** The longest beginning of this list that is remembered under this key. */
  find(list: readonly Item[], key: string): Prefix<Carried> | undefined
  /** Remembers the first `length` items, which must be some, in the place of the beginning that they go on from. */
  keep(list: readonly Item[], key: string, prefix: Prefix<Carried>, goesOnFrom?: Prefix<Carried>): void
}

export function prefixMemory<Item extends object, Carried>(): PrefixMemory<Item, Carried> {
  // Under its last item, so that it is let go with the conversation.
  const memory = new WeakMap<Item, { readonly key: string; readonly items: readonly Item[]; carried: Carried }>()
  return {
    find(list, key) {
      for (let length = list.length; length > 0; length--) {
        const known = memory.get(list[length - 1] as Item)
        if (known?.key !== key || known.items.length !== length) continue
        if (known.items.every((item, place) => item === list[place])) return { length, carried: known.carried }
      }
      return undefined
    },
    keep(list, key, { length, carried }, goesOnFrom) {
      // One for each conversation: all beginnings of a long one would take the square of its length.
      if (goesOnFrom) memory.delete(list[goesOnFrom.length - 1] as Item)
      memory.set(list[length - 1] as Item, { key, items: list.slice(0, length), carried })
    },
  }
}
