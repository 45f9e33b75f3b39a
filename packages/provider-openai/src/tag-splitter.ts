/** A piece of text, and whether it stood inside the tag. */
interface SplitPiece {
  readonly inside: boolean
  readonly text: string
}

/** Takes the tag that an answer may begin with out of its text. */
export interface TagSplitter {
  push(text: string): readonly SplitPiece[]
  /** What was held back because it could have become a tag. */
  end(): readonly SplitPiece[]
}

/**
 * Only a tag at the very start counts, blanks before it aside: later ones are text that the model wrote about tags.
 * What may be the beginning of a tag is held back until it is clear.
 */
export function tagSplitter(tag: string): TagSplitter {
  const open = `<${tag}>`
  const close = `</${tag}>`
  let place: 'start' | 'inside' | 'after-tag' | 'outside' = 'start'
  let held = ''

  const atStart = (text: string): readonly SplitPiece[] => {
    held += text
    const begun = held.trimStart()
    if (begun.length < open.length && open.startsWith(begun) && held.length < maxBlanks) return []
    const rest = held
    held = ''
    place = begun.startsWith(open) ? 'inside' : 'outside'
    return place === 'inside' ? inside(begun.slice(open.length)) : outside(rest)
  }

  const inside = (text: string): readonly SplitPiece[] => {
    const all = held + text
    const end = all.indexOf(close)
    if (end >= 0) {
      held = ''
      place = 'after-tag'
      return [...piece(true, all.slice(0, end)), ...afterTag(all.slice(end + close.length))]
    }
    // At most a tag's length is looked at again.
    let keep = Math.min(close.length - 1, all.length)
    while (keep > 0 && !close.startsWith(all.slice(all.length - keep))) keep--
    held = all.slice(all.length - keep)
    return piece(true, all.slice(0, all.length - keep))
  }

  // Line breaks between the thoughts and the answer belong to neither.
  const afterTag = (text: string): readonly SplitPiece[] => {
    const answer = text.trimStart()
    if (answer !== '') place = 'outside'
    return piece(false, answer)
  }

  const outside = (text: string) => piece(false, text)
  const steps = { start: atStart, inside, 'after-tag': afterTag, outside }

  return {
    push: (text) => steps[place](text),
    end: () => piece(place === 'inside', held),
  }
}

// So that endless blanks are not held back for ever.
const maxBlanks = 256

function piece(inside: boolean, text: string): readonly SplitPiece[] {
  return text === '' ? [] : [{ inside, text }]
}
