import { AgentError, isAgentError } from '@x/types'

const words: { readonly [code: string]: string | undefined } = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not a folder, or lies below something that is none',
  EISDIR: 'is a folder',
  ELOOP: 'is a link, and links are not followed',
  EACCES: 'may not be touched (no permission)',
  EPERM: 'may not be touched (no permission)',
  EROFS: 'is on a file system that is read-only',
  ENOSPC: 'cannot be written: no space is left',
  EDQUOT: 'cannot be written: no space is left',
  EEXIST: 'is there already',
  ENXIO: 'is not a regular file',
  ENAMETOOLONG: 'has a name that is too long',
}

/** An error of the file system in words for the model, by the path it gave: real paths are not told. */
export function fromFileError(error: unknown, path: string): AgentError {
  if (isAgentError(error)) return error
  const code = String((Object(error) as { code?: unknown }).code)
  const what = (Object.hasOwn(words, code) ? words[code] : undefined) ?? `cannot be used (${code})`
  return new AgentError('tool-failed', `"${path}" ${what}.`, { cause: error })
}

export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(String((Object(error) as { code?: unknown }).code))
}

export function refusedPath(path: string, why: string): AgentError {
  return new AgentError('access-denied', `"${path}" ${why}.`)
}

/** @throws AgentError `aborted`; between the steps of a file system that itself cannot be stopped */
export function checkAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AgentError('aborted', 'The work on files was aborted.', { cause: signal.reason })
}
