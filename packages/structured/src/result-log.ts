import type { JsonValue, Usage } from '@x/types'
import type { ExtractMode } from './extract-mode.js'
import type { Repair } from './repair-value.js'

/** Where the results of a batch are on record, one line each, so that it can go on after a crash. */
export interface ResultLog {
  /** What is there, without line ends; read once, when the batch begins. */
  readonly lines: AsyncIterable<string> | Iterable<string>
  /** Adds a line, given without its end. What it resolves for has to outlive a crash. */
  append(line: string): Promise<void>
}

/** A line of the log. `json` is the answer before transforms; a failed input has `error` and will be asked again. */
export type LoggedResult = {
  readonly index: number
  /** Of the question: see `hashOf`. */
  readonly hash: string
  readonly attempts: number
  readonly usage: Usage
} & (
  | { readonly json: JsonValue; readonly mode: ExtractMode; readonly repairs: readonly Repair[] }
  | { readonly error: { readonly code: string; readonly message: string } }
)

export type LoggedSuccess = Extract<LoggedResult, { readonly json: JsonValue }>

/** The answers on record by the index of their input, the last one of each. Lines that are torn or of others are skipped. */
export async function readLog({ lines }: ResultLog): Promise<Map<number, LoggedSuccess>> {
  const known = new Map<number, LoggedSuccess>()
  for await (const line of lines) {
    const record = fromLine(line)
    if (record && 'json' in record) known.set(record.index, record)
  }
  return known
}

/** SHA-256 of a value's JSON, in hex. */
export async function hashOf(value: object): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(value)))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function fromLine(line: string): LoggedResult | undefined {
  try {
    const record = JSON.parse(line) as LoggedResult | null
    return Number.isInteger(record?.index) && typeof record?.hash === 'string' ? record : undefined
  } catch {
    return undefined
  }
}
