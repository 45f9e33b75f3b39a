import { JSONParser } from '@streamparser/json'
import { PartialJsonParser } from '@x/structured/partial-json'
import { parse as parseStream } from 'jsonriver'
import { parse as parsePartial } from 'partial-json'

/** Takes the deltas of a text and gives the whole value. */
type PartialJsonSubject = (deltas: readonly string[]) => unknown

/** All of them, in the order of the table; what each gives on the way is said in README.md. */
export const partialJsonSubjects = {
  'PartialJsonParser, no snapshots'(deltas) {
    const parser = new PartialJsonParser()
    for (const delta of deltas) parser.push(delta)
    return parser.end()
  },
  'PartialJsonParser, a snapshot each'(deltas) {
    const parser = new PartialJsonParser()
    for (const delta of deltas) {
      parser.push(delta)
      keep(parser.value)
    }
    return parser.end()
  },
  '@streamparser/json'(deltas) {
    let root: unknown
    const parser = new JSONParser()
    parser.onValue = ({ value, stack }) => {
      if (stack.length === 0) root = value
    }
    for (const delta of deltas) parser.write(delta)
    return root
  },
  async jsonriver(deltas) {
    let root: unknown
    for await (const value of parseStream(oneByOne(deltas))) root = value
    return root
  },
  'partial-json, the whole text each': (deltas) => growing(deltas, (text) => parsePartial(text)),
  'JSON.parse, the whole text each': (deltas) =>
    growing(deltas, (text) => {
      try {
        return JSON.parse(text)
      } catch {
        return undefined
      }
    }),
} satisfies Record<string, PartialJsonSubject>

export type PartialJsonSubjectName = keyof typeof partialJsonSubjects

let kept: unknown

/** What nobody looks at might never be made. */
function keep(value: unknown): void {
  kept = value ?? kept
}

function growing(deltas: readonly string[], parse: (text: string) => unknown): unknown {
  let text = ''
  let value: unknown
  for (const delta of deltas) {
    text += delta
    value = parse(text)
    keep(value)
  }
  return value
}

async function* oneByOne(deltas: readonly string[]): AsyncGenerator<string> {
  yield* deltas
}
