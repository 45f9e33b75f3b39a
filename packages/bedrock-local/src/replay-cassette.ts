import type { JsonValue } from '@x/types'
import type { CassetteEntry, RecordedContent } from './cassette-entry.js'
import { fromContent, toRecordedRequest } from './cassette-entry.js'
import { readCassette } from './cassette-file.js'
import type { Difference } from './diff-json.js'
import { canonicalJson, diffJson } from './diff-json.js'
import type { RawAnswer, RawSource } from './raw-answer.js'
import type { Redaction } from './redactor.js'
import { redactor } from './redactor.js'

export interface ReplayOptions {
  readonly cassette: string
  /** As it was when the cassette was recorded. */
  readonly redact?: Redaction
}

/**
 * Answers from a cassette, byte for byte. A request is found by its method, path and body, whatever the order of the
 * members in it; `requestMetadata` and `clientRequestToken` do not count. What was recorded several times is given out
 * in the order of the recording.
 * @throws Error when the file cannot be read.
 */
export async function replayCassette(options: ReplayOptions | string): Promise<RawSource> {
  const { cassette, redact: redaction = [] } = typeof options === 'string' ? { cassette: options } : options
  const redact = redactor(redaction)
  const entries = await readCassette(cassette)
  const byKey = new Map<string, CassetteEntry[]>()
  for (const entry of entries) {
    const key = canonicalJson(matched(entry))
    byKey.set(key, [...(byKey.get(key) ?? []), entry])
  }
  const asked = new Map<string, number>()

  return async (request) => {
    const wanted = toRecordedRequest(request, redact)
    const key = canonicalJson(matched(wanted))
    const same = byKey.get(key)
    if (!same) throw new Error(whyNone(cassette, entries, wanted))
    const time = asked.get(key) ?? 0
    asked.set(key, time + 1)
    const entry = same[time]
    if (!entry) throw new Error(`${cassette} holds this request ${times(same.length)}, and this is number ${time + 1}.`)
    return toRawAnswer(entry)
  }
}

type RecordedRequest = Omit<CassetteEntry, 'answer'>

function toRawAnswer({ answer: { status, headers, body, broken } }: CassetteEntry): RawAnswer {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield fromContent(body)
    if (broken) throw new Error('The recorded answer breaks off here.')
  }
  return { status, headers, body: bytes() }
}

/** What has to be the same. */
function matched({ method, path, body }: RecordedRequest): { readonly [member: string]: JsonValue } {
  return { method, path, body: withoutVolatile(fromRecorded(body)) }
}

function fromRecorded(content: RecordedContent): JsonValue {
  if ('json' in content) return content.json
  if (!('text' in content)) return content as { readonly base64: string }
  try {
    return JSON.parse(content.text) as JsonValue
  } catch {
    return content.text
  }
}

/** Made anew for every request by some clients. */
function withoutVolatile(body: JsonValue): JsonValue {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const volatile = ['requestMetadata', 'clientRequestToken']
  return Object.fromEntries(Object.entries(body).filter(([name]) => !volatile.includes(name)))
}

const maxCompared = 2000
const maxCounted = 100
const maxShown = 8

function whyNone(cassette: string, entries: readonly CassetteEntry[], wanted: RecordedRequest): string {
  const compared = entries.slice(-maxCompared).map((entry) => ({
    entry,
    differences: diffJson(matched(entry), matched(wanted), maxCounted),
  }))
  const [nearest] = compared.sort((one, other) => weight(one.differences) - weight(other.differences))
  if (!nearest) return `${cassette} holds no request.`
  const { entry, differences } = nearest
  const number = entries.indexOf(entry) + 1
  const { operation, modelId } = entry
  const more = differences.length - maxShown
  return [
    `no request of ${cassette} is like this one. The nearest is number ${number} of ${entries.length} (${operation} ${modelId}):`,
    ...differences.slice(0, maxShown).map(describe),
    ...(more > 0 ? [`and ${differences.length === maxCounted ? 'many' : more} more`] : []),
  ].join('\n')
}

/** Another operation or model is further away than any other body; texts that begin alike are nearer than others. */
function weight(differences: readonly Difference[]): number {
  const costs = differences.map(({ path, left, right }) => {
    if (path === 'path') return maxCounted
    if (typeof left !== 'string' || typeof right !== 'string') return 1
    return 1 - (0.9 * sameLetters(left, right)) / Math.max(left.length, right.length)
  })
  return costs.reduce((sum, cost) => sum + cost, 0)
}

/** With how many letters both texts begin. */
function sameLetters(left: string, right: string): number {
  let same = 0
  while (same < left.length && left[same] === right[same]) same++
  return same
}

function describe({ path, left, right }: Difference): string {
  return `${path.slice(0, 200)}: recorded ${shown(left, right)}, got ${shown(right, left)}`
}

/** Of long texts, what stands around the first letter that differs. */
function shown(value: JsonValue | undefined, other: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const otherText = typeof other === 'string' ? other : JSON.stringify(other ?? '')
  if (text.length <= maxShownLength) return JSON.stringify(value)
  const start = Math.max(0, Math.min(sameLetters(text, otherText) - 20, text.length - maxShownLength))
  const piece = text.slice(start, start + maxShownLength)
  return `${start > 0 ? '...' : ''}${JSON.stringify(piece)}${start + maxShownLength < text.length ? '...' : ''}`
}

const maxShownLength = 100

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
