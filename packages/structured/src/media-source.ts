import type { MediaSource } from '@x/types'
import { AgentError } from '@x/types'
import { firstBytes, toBase64 } from './base64.js'

/** Bytes; or text: base64, a data URL of it, or `s3://bucket/key`, which the service reads itself. */
export type MediaInput = Uint8Array | string

export interface ReadMedia {
  readonly source: MediaSource
  /** Of a data URL. */
  readonly mimeType?: string
  /** Of a data URL that says one (`;name=scan.png`). */
  readonly name?: string
  /** The first bytes, one character a byte; missing for what only the service reads. */
  readonly head?: string
}

/**
 * Reads what a caller gave as an image or a document. Nothing is fetched and no file is opened, so that text that came
 * from elsewhere cannot make this process read anything.
 * @throws AgentError `invalid-messages`
 */
export function readMedia(kind: string, input: MediaInput): ReadMedia {
  if (input instanceof Uint8Array) return readBase64(kind, toBase64(input))
  if (typeof input !== 'string' || input === '') {
    throw new AgentError('invalid-messages', `The ${kind} is empty.`, { hint: given })
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(input)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      return readBase64(kind, input)
    case 'data':
      return readDataUrl(kind, input)
    case 's3':
      return { source: { type: 's3', uri: input } }
    default:
      throw foreignUrl(kind, input, given)
  }
}

/** @throws AgentError `invalid-messages`, in other words for each thing that is wrong */
export function readDataUrl(kind: string, url: string): ReadMedia {
  const comma = url.indexOf(',')
  if (comma < 0) {
    throw new AgentError('invalid-messages', `The data URL of the ${kind} has no comma, so it holds no data.`)
  }
  const [mimeType = '', ...parameters] = url.slice('data:'.length, comma).split(';')
  if (parameters.at(-1)?.trim().toLowerCase() !== 'base64') {
    throw new AgentError('invalid-messages', `The data URL of the ${kind} is not base64.`, {
      hint: 'Write it as data:<type>;base64,<data>.',
    })
  }
  const name = parameters.find((parameter) => parameter.startsWith('name='))?.slice('name='.length)
  return {
    ...readBase64(kind, url.slice(comma + 1)),
    ...(mimeType !== '' && { mimeType: mimeType.trim().toLowerCase() }),
    ...(name && { name }),
  }
}

/** @throws AgentError `invalid-messages`: what stands behind a URL is never fetched */
export function foreignUrl(kind: string, url: string, hint: string): AgentError {
  if (/^https?:/i.test(url)) {
    return new AgentError('invalid-messages', `The ${kind} is a URL, and nothing is fetched from the web here.`, {
      hint: 'Fetch it yourself, from hosts that you trust, and give the bytes.',
    })
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]
  const what = scheme === undefined ? 'no URL' : `a URL of the scheme "${scheme}", which is not taken here`
  return new AgentError('invalid-messages', `The ${kind} is ${what}.`, { hint })
}

const given = 'Give bytes, base64, a data URL or an s3:// URI; imageFile and pdfFile of /media-file read files.'

function readBase64(kind: string, base64: string): ReadMedia {
  const head = firstBytes(base64, headLength)
  if (head === undefined) throw new AgentError('invalid-messages', `The ${kind} is not base64.`, { hint: given })
  return { source: { type: 'base64', base64 }, head }
}

/** A PDF may begin with other bytes, but not with more than these. */
const headLength = 1024
