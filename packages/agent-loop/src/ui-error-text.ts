import type { ErrorCode } from '@x/types'

/**
 * What a browser is told by default: a sentence for the code. Messages and hints of errors are written for those who run
 * the service; they may name accounts, profiles, hosts and files.
 */
export function errorTextOf(code: ErrorCode): string {
  const text = Object.hasOwn(texts, code) ? texts[code] : undefined
  return `${text ?? 'Something went wrong.'} (${code})`
}

/** The same for a tool that failed; the model reads the tool's own words. */
export function toolErrorTextOf(code: ErrorCode | undefined): string {
  return (code !== undefined && Object.hasOwn(toolTexts, code) && toolTexts[code]) || 'The tool failed.'
}

const busy = 'The model is busy. Try again in a moment.'
const unreachable = 'The model could not be reached. Try again in a moment.'

const texts: Readonly<Record<string, string>> = {
  throttled: busy,
  quota: busy,
  unavailable: busy,
  timeout: unreachable,
  network: unreachable,
  'stream-truncated': 'The answer broke off. Try again.',
  'model-failed': 'The model could not finish its answer. Try again.',
  'context-overflow': 'The conversation is too long for the model.',
  guardrail: 'The answer was withheld.',
  budget: 'The limit for this conversation is used up.',
  busy: 'An answer to this conversation is under way.',
  conflict: 'The conversation was changed elsewhere. Load it again.',
  'invalid-messages': 'The messages were not understood.',
}

const toolTexts: Readonly<Record<string, string>> = {
  'not-approved': 'The call was not approved.',
  'unknown-tool': 'There is no such tool.',
  'invalid-tool-input': 'The tool did not accept its input.',
  'malformed-tool-call': 'The input of the tool could not be read.',
  timeout: 'The tool took too long.',
  aborted: 'The tool was aborted.',
}
