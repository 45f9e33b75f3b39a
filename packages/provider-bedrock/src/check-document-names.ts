import type { DocumentPart, Message, Part, ToolResultPart } from '@x/types'
import type { Finding } from './finding.js'
import { finding } from './finding.js'
import { requestEdits } from './request-edits.js'
import type { Entry } from './turn.js'

export interface CheckedNames {
  readonly entries: readonly Entry[]
  readonly findings: readonly Finding[]
  /** All that are taken. */
  readonly names: ReadonlySet<string>
}

/** Documents of one request have different names, wherever they stand; the first one keeps its own. */
export function checkDocumentNames(given: readonly Entry[], taken: ReadonlySet<string>): CheckedNames {
  const names = new Set(taken)
  const findings: Finding[] = []
  const edits = requestEdits()
  const renamed = (part: DocumentPart, path: string): DocumentPart => {
    const name = freeName(part.name, names)
    names.add(name)
    if (name === part.name) return part
    const words = `Another document is named "${part.name}".`
    findings.push(finding('repaired', 'document-names-unique', path, words, `named "${name}"`))
    return { ...part, name }
  }
  for (const [position, { index, message }] of given.entries()) {
    for (const [place, part] of partsOf(message).entries()) {
      const path = `messages.${index}.content.${place}`
      const before = findings.length
      const named = within(part, path, renamed)
      const key = findings.slice(before).map(({ repair, path: where }) => `${where} ${repair}`)
      if (named !== part) edits.replacePart(position, place, named, key.join())
    }
  }
  return { entries: edits.apply(given), findings, names }
}

/** What could not be read at all has been reported already. */
function partsOf(message: Message): readonly Part[] {
  return typeof message === 'object' && Array.isArray(message?.content) ? message.content : []
}

type Rename = (part: DocumentPart, path: string) => DocumentPart

function within(part: Part, path: string, rename: Rename): Part {
  if (isDocument(part)) return rename(part, path)
  if (part?.type !== 'tool-result' || !Array.isArray(part.content)) return part
  const before: ToolResultPart['content'] = part.content
  const content = before.map((item, place) => (isDocument(item) ? rename(item, `${path}.content.${place}`) : item))
  return content.every((item, place) => item === before[place]) ? part : { ...part, content }
}

function isDocument(part: Part): part is DocumentPart {
  return part?.type === 'document' && typeof part.name === 'string'
}

function freeName(name: string, names: ReadonlySet<string>): string {
  let free = name
  for (let count = 2; names.has(free); count++) free = `${name.slice(0, 190).trimEnd()} (${count})`
  return free
}
