import type { RecordedRequest } from './answer-request.js'
import { redactSecrets } from './redact.js'

/** One line for a request whose answer is over; with `verbose` its body follows on a line of its own. */
export function logLine(request: RecordedRequest, verbose = false): string {
  const { operation, method, path, modelId, usage, status, error, outcome, body } = request
  const what = operation === 'UnknownOperation' ? `${operation} ${method} ${path}` : operation
  const model = modelId === '' ? '' : ` ${modelId}`
  const tokens = usage ? ` ${usage.inputTokens} in, ${usage.outputTokens} out` : ''
  const notes = [error, outcome === undefined ? undefined : notesOf[outcome]].filter((note) => note !== undefined)
  const line = `${status} ${what}${model}${tokens}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`
  return verbose ? `${oneLine(line)}\n  ${JSON.stringify(redactSecrets(body as never))}` : oneLine(line)
}

const notesOf: { readonly [outcome: string]: string | undefined } = {
  fault: 'broken by a fault',
  'client-left': 'client left',
}

/** What a client sends must not look like lines of the log, nor move a terminal's cursor. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
