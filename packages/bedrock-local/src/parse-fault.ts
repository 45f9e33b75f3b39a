import type { JsonObject } from '@x/types'
import type { Fault } from './fault.js'
import { statusOf } from './refusal.js'

/**
 * A fault from what a person or a program wrote: the object itself, its JSON, or a short form
 * `name[:argument][@frames]`, where `@end` means the last frame:
 *
 * - `ThrottlingException`, or any class name: refused over HTTP with the status that goes with it; `@3` makes it an
 *   exception frame after three frames; the argument is the message
 * - `http:529`: that status
 * - `error-frame:InternalFailure@2`, `cut@2`, `cut:17@2` (bytes), `reset@2`, `end@2`, `stall@2`, `corrupt@2`
 * - `drip:200` (bytes a second), `goaway`, `goaway:now@2` (the answer is lost)
 *
 * @throws Error that says what is wrong with it.
 */
export function parseFault(given: unknown): Fault {
  if (typeof given !== 'string') return checkedFault(given)
  const text = given.trim()
  return text.startsWith('{') ? checkedFault(fromJson(text)) : fromShortForm(text)
}

function fromShortForm(text: string): Fault {
  const [, name = '', argument, frames] = /^([\w-]+)(?::\s*(.*?))?(?:@(\d+|end))?$/s.exec(text) ?? []
  const afterFrames = frames === 'end' ? Number.MAX_SAFE_INTEGER : Number(frames ?? 0)
  if (/^[A-Z]\w*$/.test(name)) {
    const message = argument ?? typicalMessages[name] ?? `bedrock-local: ${name} was asked for.`
    if (frames !== undefined) return { type: 'exception', error: name, message, afterFrames }
    return { type: 'http', status: statuses[name] ?? statusOf(name), error: name, message }
  }
  const number = argument === undefined ? undefined : Number(argument)
  const error = argument || 'InternalFailure'
  const message = 'bedrock-local: this fault was asked for.'
  const forms: { readonly [name: string]: JsonObject } = {
    http: { type: name, status: number ?? 500, error: errorOf(number), message },
    'error-frame': { type: name, error, message, afterFrames },
    cut: { type: name, afterFrames, ...(number !== undefined && { bytes: number }) },
    drip: { type: name, bytesPerSecond: number ?? 100, afterFrames },
    goaway: { type: name, afterFrames, finish: argument !== 'now' },
  }
  return checkedFault(Object.hasOwn(forms, name) ? forms[name] : { type: name || text, afterFrames })
}

/** Of whatever came from outside. Members that are not known are left alone. */
function checkedFault(value: unknown): Fault {
  const fault = (typeof value === 'object' && value !== null ? value : {}) as JsonObject
  const { type } = fault
  const members = typeof type === 'string' && Object.hasOwn(membersOf, type) ? membersOf[type] : undefined
  if (!members) throw new Error(`There is no fault ${JSON.stringify(fault.type ?? value)}. ${known}`)
  for (const [name, { check, says }] of Object.entries(members)) {
    if (!check(fault[name])) throw new Error(`A fault of type ${fault.type} needs ${name}, ${says}.`)
  }
  return fault as unknown as Fault
}

interface Member {
  check(value: unknown): boolean
  readonly says: string
}

const isNumber = (least: number) => (value: unknown) => typeof value === 'number' && value >= least
const orLeftOut = ({ check, says }: Member): Member => ({
  check: (value) => value === undefined || check(value),
  says: `if it is there, ${says}`,
})
const frames: Member = { check: isNumber(0), says: 'a number of whole frames from 0 on' }
const text: Member = { check: (value) => typeof value === 'string', says: 'a string' }
const status: Member = {
  check: (value) => isNumber(400)(value) && (value as number) < 600 && Number.isInteger(value),
  says: 'an HTTP status from 400 to 599',
}
const failure = { error: text, message: text }

const membersOf: { readonly [type: string]: { readonly [member: string]: Member } } = {
  http: { status, ...failure },
  exception: { ...failure, afterFrames: frames },
  'error-frame': { ...failure, afterFrames: frames },
  cut: { afterFrames: frames, bytes: orLeftOut({ check: isNumber(0), says: 'a number from 0 on' }) },
  reset: { afterFrames: frames },
  end: { afterFrames: frames },
  stall: { afterFrames: frames },
  corrupt: { afterFrames: frames },
  drip: {
    bytesPerSecond: { check: isNumber(Number.MIN_VALUE), says: 'a number above 0' },
    afterFrames: orLeftOut(frames),
  },
  goaway: { afterFrames: orLeftOut(frames) },
}
const known = `Known are ${Object.keys(membersOf).join(', ')}, and class names such as ThrottlingException.`

function errorOf(httpStatus = 500): string {
  const found = Object.keys(typicalMessages).find((name) => (statuses[name] ?? statusOf(name)) === httpStatus)
  return found ?? 'InternalServerException'
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('The fault begins like JSON and is none.')
  }
}

/** Statuses of exceptions that the service model of Bedrock Runtime does not have. */
const statuses: { readonly [error: string]: number } = {
  ConflictException: 400,
  ExpiredTokenException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
}

/** As seen from the live service. The first of a status stands for it. */
const typicalMessages: { readonly [error: string]: string } = {
  ValidationException: 'The model returned the following errors: Validation Error',
  ServiceQuotaExceededException: 'Your request exceeds the service quota for your account.',
  ConflictException: 'Error occurred because of a conflict while performing an operation.',
  AccessDeniedException: "You don't have access to the model with the specified model ID.",
  ResourceNotFoundException: 'Model not found.',
  ModelTimeoutException: 'Model has timed out in processing the request. Try your request again.',
  ModelErrorException:
    'Model produced invalid sequence as part of ToolUse. Please refer to the model tool use troubleshooting guide.',
  ModelStreamErrorException:
    'Model produced invalid sequence as part of ToolUse. Please refer to the model tool use troubleshooting guide.',
  ThrottlingException: 'Too many requests, please wait before trying again.',
  ModelNotReadyException: 'Model is not ready for inference. Wait and try your request again.',
  InternalServerException: 'The system encountered an unexpected error during processing. Try your request again.',
  ServiceUnavailableException: 'Bedrock is unable to process your request.',
  ExpiredTokenException: 'The security token included in the request is expired',
  UnrecognizedClientException: 'The security token included in the request is invalid.',
}
