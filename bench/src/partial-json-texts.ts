/** JSON of about so many characters, in the shapes of answers. The same text in every process. */
export const partialJsonTexts = { records, prose, numbers, deep } satisfies Record<string, (length: number) => string>

export type PartialJsonShape = keyof typeof partialJsonTexts

/** As a model sends it. */
export function toDeltas(text: string): string[] {
  const deltas: string[] = []
  for (let index = 0; index < text.length; index += deltaLength) deltas.push(text.slice(index, index + deltaLength))
  return deltas
}

const deltaLength = 20

/** One list of flat objects. */
function records(length: number): string {
  const random = randomOf(1)
  const items = fill(length, (index) => ({
    id: index,
    name: `Person ${Math.floor(random() * 1e6)}`,
    email: `p${Math.floor(random() * 1e6)}@example.com`,
    score: Math.round(random() * 1e4) / 100,
    active: random() > 0.5,
    tags: ['a', 'bb', 'ccc'],
  }))
  return JSON.stringify({ items })
}

/** One long string, with escapes in it. */
function prose(length: number): string {
  const sentence = 'The quick "brown" fox \u2014 jumps\nover \u00e9 the lazy dog. '
  const text = JSON.stringify({ title: 'A story', body: sentence.repeat(Math.ceil(length / 70)) })
  return text.replace(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** One list of numbers: the widest container that a text of this length can hold, but for lists of digits. */
function numbers(length: number): string {
  const random = randomOf(2)
  const values = fill(length, () => (random() > 0.5 ? Math.floor(random() * 1e5) : Math.round(random() * 1e7) / 1000))
  return JSON.stringify({ values })
}

/** Trees of a hundred objects and a hundred lists, one inside the other. */
function deep(length: number): string {
  const leaf = '{"name":"leaf","children":[]}'
  const tree = '{"name":"node","children":['.repeat(100) + leaf + ']}'.repeat(100)
  return `[${Array.from({ length: Math.ceil(length / tree.length) }, () => tree).join(',')}]`
}

function fill<Item>(length: number, make: (index: number) => Item): Item[] {
  const items: Item[] = []
  for (let written = 0; written < length; ) {
    const item = make(items.length)
    items.push(item)
    written += JSON.stringify(item).length + 1
  }
  return items
}

/** From 0 to 1; the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
}
