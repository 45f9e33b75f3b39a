/**
 * Whether a path fits a pattern: `*` and `?` stay within a name, `**` stands for any number of folders. A pattern without
 * a slash is held against the last name alone. Takes time of pattern times path, whatever the pattern: models write them.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  const names = path.split('/')
  if (!pattern.includes('/')) return matchesName(pattern, names.at(-1) ?? '')
  const steps = pattern.replace(/^\.?\//, '').split('/')
  return matches(steps, names, (step) => step === '**', matchesName)
}

function matchesName(pattern: string, name: string): boolean {
  return matches(
    [...pattern],
    [...name],
    (char) => char === '*',
    (char, found) => char === '?' || char === found,
  )
}

/** On a mismatch only the last wildcard is tried again, further on: earlier ones gain nothing by taking more. */
function matches(
  pattern: readonly string[],
  text: readonly string[],
  isWild: (step: string) => boolean,
  fits: (step: string, found: string) => boolean,
): boolean {
  let at = 0
  let wildAt = -1
  let resumeAt = 0
  for (let index = 0; index < text.length; ) {
    const step = pattern[at]
    if (step !== undefined && isWild(step)) {
      wildAt = at
      at += 1
      resumeAt = index
    } else if (step !== undefined && fits(step, text[index] ?? '')) {
      at += 1
      index += 1
    } else if (wildAt >= 0) {
      at = wildAt + 1
      resumeAt += 1
      index = resumeAt
    } else return false
  }
  return pattern.slice(at).every(isWild)
}
