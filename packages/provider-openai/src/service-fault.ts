/** An error that the server reported, over HTTP or inside an answer. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault'
  readonly status: number | undefined
  readonly type: string
  readonly code: string
  readonly retryAfterMs: number | undefined
  /** The server never spoke of it as the API does: a proxy's page, a plain text. */
  readonly isForeign: boolean

  constructor(body: unknown, reply: { status?: number; retryAfterMs?: number | undefined } = {}) {
    const { message, type, code, isForeign } = readFault(body)
    super(message)
    // OpenRouter, vLLM and llama.cpp give the HTTP status as `code`, which is all that an error inside a stream has.
    const number = Number(code)
    this.status = reply.status ?? (number >= 400 && number < 600 ? number : undefined)
    this.type = type
    this.code = code
    this.retryAfterMs = reply.retryAfterMs
    this.isForeign = isForeign
  }
}

/**
 * The error of a body: `{ error: { message, type, code } }`; the same without the wrapping (older vLLM); a text
 * (`{ error: "…" }`); `{ message }` (gateways of AWS); `{ detail }` (FastAPI); or whatever a proxy writes.
 */
function readFault(body: unknown): { message: string; type: string; code: string; isForeign: boolean } {
  const outer = toObject(body)
  const inner = typeof outer.error === 'object' && outer.error !== null ? toObject(outer.error) : outer
  const { message = inner.Message ?? inner.detail ?? outer.error, type, code } = inner
  const words = typeof message === 'string' ? message : message === undefined ? '' : JSON.stringify(message)
  const isForeign = words === ''
  const text = isForeign && typeof body === 'string' && !/^\s*</.test(body) ? body.trim() : words
  return { message: text.slice(0, 1000), type: toText(type ?? outer.__type), code: toText(code), isForeign }
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
