import { AgentError } from '@x/types'
import { matchesGlob } from './file-glob.js'

/**
 * The names that a path from the model leads through; none for the root itself. Nothing is asked of the file system.
 * @throws AgentError `invalid-tool-input` for a path that is absolute, climbs, or holds what no path here may hold
 */
export function toNames(path: string, platform: string = process.platform): readonly string[] {
  const problem = problemOf(path)
  if (problem) throw invalidPath(problem)
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw invalidPath('A path cannot hold "..".')
  if (names.some((name) => Buffer.byteLength(name) > 255)) throw invalidPath('A name in the path is too long.')
  if (platform === 'win32' && names.some(isSpecialOnWindows))
    throw invalidPath('A name in the path is special on Windows.')
  return names
}

/**
 * A name as the most forgiving file system sees it: case, the form of composed letters, and characters that show nothing
 * make no difference.
 */
export function foldName(name: string): string {
  const shown = name.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  return shown.toUpperCase().toLowerCase().normalize('NFC')
}

/** Whether a path fits any of the patterns, whatever the case of either. */
export function matchesAny(patterns: readonly string[], names: readonly string[]): boolean {
  const path = names.map(foldName).join('/')
  return patterns.some((pattern) => matchesGlob(foldName(pattern), path))
}

function problemOf(path: string): string | undefined {
  if (path.length > 1_000) return 'The path is too long.'
  // Control characters would garble lists, and NUL ends a path for the system; lone surrogates stand for no bytes.
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(path)) return 'The path holds a character that no path here may hold.'
  if (path.includes('\\')) return 'Folders are separated by "/", not by a backslash.'
  return path.startsWith('/') || /^[a-z]:/i.test(path) ? 'The path is absolute.' : undefined
}

/** Devices, streams behind a colon, short names such as `GIT~1`, and endings that Windows drops. */
function isSpecialOnWindows(name: string): boolean {
  return /^(con|prn|aux|nul|conin\$|conout\$|com\d|lpt\d|com[¹²³]|lpt[¹²³])\s*(\.|$)|[<>:"|?*]|~\d|[. ]$/i.test(name)
}

function invalidPath(problem: string): AgentError {
  return new AgentError('invalid-tool-input', problem, {
    hint: 'Give a path below the root folder, such as "src/index.ts", or "." for the root itself.',
  })
}
