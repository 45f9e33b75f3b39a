import type { GuardrailAction, GuardrailPii, GuardrailRegex } from './guardrail.js'
import type { TextMatch } from './match-pattern.js'
import { matchPattern, matchWords } from './match-pattern.js'
import { findPii } from './pii.js'

export interface PiiEntry {
  /** Empty when nothing of the type was found. */
  readonly match: string
  readonly type: string
  readonly action: 'BLOCKED' | 'ANONYMIZED' | 'NONE'
  readonly detected: boolean
}

export interface RegexEntry {
  readonly name: string
  readonly match: string
  readonly regex: string
  readonly action: 'BLOCKED' | 'ANONYMIZED'
  readonly detected: true
}

export interface Masked {
  /** With `{TYPE}` or `{name}` in the place of everything that is anonymized. */
  readonly texts: readonly string[]
  readonly piiEntities: readonly PiiEntry[]
  readonly regexes: readonly RegexEntry[]
}

/** Where two finds overlap, the policy that stands first keeps its own; personal data comes before patterns. */
export function maskTexts(
  texts: readonly string[],
  pii: readonly GuardrailPii[],
  regexes: readonly GuardrailRegex[],
): Masked {
  const searches: readonly Search[] = [
    ...pii.map((policy): Search => ({ pii: policy, find: (text) => findValues(policy, text) })),
    ...regexes.map((policy): Search => ({ regex: policy, find: (text) => matchPattern(policy.pattern, text) })),
  ]
  const finds = texts.map((text) => findAll(text, searches))
  const all = finds.flat()
  const missing = pii.filter((policy) => !all.some((find) => find.search.pii === policy))
  return {
    texts: texts.map((text, index) => mask(text, finds[index] ?? [])),
    piiEntities: [
      ...unique(all.flatMap(piiEntry)),
      ...missing.map(({ type }): PiiEntry => ({ match: '', type, action: 'NONE', detected: false })),
    ],
    regexes: unique(all.flatMap(regexEntry)),
  }
}

interface Search {
  readonly pii?: GuardrailPii
  readonly regex?: GuardrailRegex
  find(text: string): readonly TextMatch[]
}

interface Find extends TextMatch {
  readonly search: Search
}

function findValues({ type, values = [] }: GuardrailPii, text: string): readonly TextMatch[] {
  return [...findPii(type, text), ...values.flatMap((value) => matchWords(value, text))]
}

/** In the order of the text, none over another. */
function findAll(text: string, searches: readonly Search[]): readonly Find[] {
  const finds: Find[] = []
  const taken = new Uint8Array(text.length)
  for (const search of searches) {
    for (const { start, match } of search.find(text)) {
      const place = taken.subarray(start, start + match.length)
      if (place.includes(1)) continue
      place.fill(1)
      finds.push({ start, match, search })
    }
  }
  return finds.sort((left, right) => left.start - right.start)
}

function mask(text: string, finds: readonly Find[]): string {
  let masked = ''
  let from = 0
  for (const { start, match, search } of finds) {
    const { action } = search.pii ?? search.regex ?? {}
    if (action !== 'ANONYMIZE') continue
    masked += `${text.slice(from, start)}{${search.pii?.type ?? search.regex?.name}}`
    from = start + match.length
  }
  return masked + text.slice(from)
}

function piiEntry({ match, search: { pii } }: Find): readonly PiiEntry[] {
  return pii ? [{ match, type: pii.type, action: actionWord(pii.action), detected: true }] : []
}

function regexEntry({ match, search: { regex } }: Find): readonly RegexEntry[] {
  if (!regex) return []
  return [{ name: regex.name, match, regex: regex.pattern, action: actionWord(regex.action), detected: true }]
}

function actionWord(action: GuardrailAction): 'BLOCKED' | 'ANONYMIZED' {
  return action === 'BLOCK' ? 'BLOCKED' : 'ANONYMIZED'
}

function unique<Item>(items: readonly Item[]): readonly Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}
