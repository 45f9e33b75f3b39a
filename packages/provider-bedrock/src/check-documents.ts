import type { Part } from '@x/types'
import type { Finding } from './finding.js'
import { finding } from './finding.js'
import type { Turn } from './turn.js'

const maxImages = 20
const maxDocuments = 5

/** A text beside documents, and how many images there are; `before` documents stand in earlier turns. */
export function checkDocuments(turns: readonly Turn[], before: number): { findings: Finding[]; count: number } {
  const users = turns.filter(({ role }) => role === 'user')
  const findings = users.flatMap(({ entries }) => {
    const parts = entries.flatMap(({ message }) => message.content as readonly Part[])
    return [...checkText(parts, entries), ...checkImages(parts, entries)]
  })
  const all = users.flatMap(({ entries }) => entries.flatMap(({ message }) => message.content as readonly Part[]))
  const inside = all.flatMap((part): readonly Part[] => (part.type === 'tool-result' ? part.content : [part]))
  return { findings, count: before + inside.filter(({ type }) => type === 'document').length }
}

/** How many documents the whole request holds. */
export function checkDocumentCount(count: number): Finding[] {
  if (count <= maxDocuments) return []
  const message = `The request holds ${count} documents, and ${maxDocuments} are taken.`
  return [finding('error', 'document-count', 'messages', message)]
}

type Entry = Turn['entries'][number]

function checkText(parts: readonly Part[], entries: readonly Entry[]): Finding[] {
  const documents = parts.filter(({ type }) => type === 'document')
  const hasText = parts.some((part) => part.type === 'text' && part.text.trim() !== '')
  if (documents.length === 0 || hasText) return []
  const entry = entries.find(({ message }) =>
    (message.content as readonly Part[]).some((part) => part === documents[0]),
  )
  const message = 'The turn holds a document and no text: say what is to be done with it.'
  return [finding('error', 'document-text', `messages.${entry?.index}`, message)]
}

function checkImages(parts: readonly Part[], [first]: readonly Entry[]): Finding[] {
  const count = parts.filter(({ type }) => type === 'image').length
  if (count <= maxImages) return []
  return [finding('warning', 'image-count', `messages.${first?.index}`, `The turn holds ${count} images.`)]
}
