import type { AudioPart, DocumentPart, ImagePart, VideoPart } from '@x/types'
import type { Finding } from './finding.js'
import { finding } from './finding.js'
import { imageFormatOf } from './image-format.js'
import type { Quirks } from './quirks.js'

type MediaPart = ImagePart | DocumentPart | VideoPart | AudioPart

/** Where media may stand: the two places that families tell apart. */
export type MediaPlace = 'user' | 'toolResult'

/** One image, document, video or audio part. `path` stands in the findings as it is given. */
export function checkMedia<Part extends MediaPart>(part: Part, quirks: Quirks, place: MediaPlace, path: string) {
  const isWhole =
    typeof part.source === 'object' && part.source !== null && (part.type !== 'document' || isText(part.name))
  if (!isWhole || (part.source.type === 'base64' && !isText(part.source.base64))) {
    return { part, findings: [finding('error', 'message-shape', path, `The ${part.type} has no source or no name.`)] }
  }
  const findings = [...checkPlace(part, quirks, place, path), ...checkSource(part, quirks, path)]
  const repaired: { part: MediaPart; findings: readonly Finding[] } =
    part.type === 'image'
      ? checkImage(part, quirks, path)
      : part.type === 'document'
        ? checkDocument(part, quirks, place, path)
        : { part, findings: [] }
  return { part: repaired.part as Part, findings: [...findings, ...repaired.findings] }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function checkPlace({ type }: MediaPart, quirks: Quirks, place: MediaPlace, path: string): Finding[] {
  const { capabilities, refuses, family } = quirks
  const taken = capabilities.media?.[place]
  if ((!taken || taken.includes(type)) && !refuses.media?.includes(type)) return []
  const where = place === 'user' ? 'in messages' : 'in tool results'
  return [finding('error', 'media-place', path, `${family} models take no ${type} ${where}.`)]
}

function checkSource({ type, source }: MediaPart, { refuses, family }: Quirks, path: string): Finding[] {
  if (source.type === 's3' && refuses.s3Sources) {
    return [finding('error', 's3-source', path, `${family} models do not fetch media from S3: give the bytes.`)]
  }
  // A look at the beginning; the whole is decoded on its way to the wire.
  if (source.type === 'base64' && !/^[A-Za-z0-9+/_-]+={0,2}$/.test(source.base64.slice(0, 64))) {
    return [finding('error', 'base64', path, `The bytes of the ${type} are not base64.`)]
  }
  return []
}

const formats: readonly string[] = ['png', 'jpeg', 'gif', 'webp']
const commonImageBytes = 3_932_160

function checkImage(
  part: ImagePart,
  { refuses, readsImageBytes }: Quirks,
  path: string,
): { part: ImagePart; findings: Finding[] } {
  const { source, format } = part
  const findings: Finding[] = []
  const bytes = byteLength(part)
  if (bytes > (refuses.imageBytesOver ?? commonImageBytes)) {
    const severity = refuses.imageBytesOver === undefined ? 'warning' : 'error'
    const limit = (refuses.imageBytesOver ?? commonImageBytes).toLocaleString('en')
    const size = bytes.toLocaleString('en')
    findings.push(finding(severity, 'image-size', path, `The image has ${size} bytes, and the limit is ${limit}.`))
  }
  const told = source.type === 'base64' ? imageFormatOf(source.base64) : undefined
  const right = told ?? ((format as string) === 'jpg' ? 'jpeg' : format)
  if (right === format && formats.includes(format)) return { part, findings }
  if (readsImageBytes && formats.includes(format)) return { part, findings }
  const message = `The image is said to be ${format}${told ? ` and is ${told}` : ''}.`
  if (!formats.includes(right)) {
    return { part, findings: [...findings, finding('error', 'image-format', path, message)] }
  }
  const repair = `sent as ${right}`
  return {
    part: { ...part, format: right },
    findings: [...findings, finding('repaired', 'image-format', path, message, repair)],
  }
}

const maxDocumentBytes = 4_500_000

function checkDocument(part: DocumentPart, quirks: Quirks, place: MediaPlace, path: string) {
  const findings: Finding[] = part.citations ? checkCitations(part, quirks, place, path) : []
  if (byteLength(part) > maxDocumentBytes) {
    const size = byteLength(part).toLocaleString('en')
    findings.push(finding('warning', 'document-size', path, `The document has ${size} bytes; most may have 4.5 MB.`))
  }
  const name = documentName(part.name)
  if (name === part.name) return { part, findings }
  const message = `A document cannot be named "${part.name.slice(0, 80)}".`
  return {
    part: { ...part, name },
    findings: [...findings, finding('repaired', 'document-name', path, message, `named "${name}"`)],
  }
}

function checkCitations(part: DocumentPart, { refuses, family }: Quirks, place: MediaPlace, path: string): Finding[] {
  const found = (message: string) => [finding('error', 'citations', path, message)]
  if (refuses.citations) return found(`${family} models give no citations.`)
  if (place === 'toolResult') return found('Documents of tool results cannot be cited: give it in a user message.')
  if (['txt', 'pdf'].includes(part.format ?? 'txt')) return []
  return found(`A ${part.format} document cannot be cited, only txt and pdf.`)
}

/** Letters of other alphabets are letters to nobody but us: the service takes ASCII. */
function documentName(name: string): string {
  if (/^[a-zA-Z0-9_()[\]-]+( [a-zA-Z0-9_()[\]-]+)*$/.test(name) && name.length <= 200) return name
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '')
  const clean = plain.replace(/[^a-zA-Z0-9_()[\]\s-]+/g, '-').replace(/\s+/g, ' ')
  return clean.slice(0, 200).trim() || 'document'
}

function byteLength({ source }: ImagePart | DocumentPart): number {
  return source.type === 'base64' ? Math.floor((source.base64.length * 3) / 4) : 0
}
