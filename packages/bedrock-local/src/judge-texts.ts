import type { GroundingContext, GroundingEntry } from './grounding.js'
import { judgeGrounding, share } from './grounding.js'
import type {
  GuardrailContentFilter,
  GuardrailLevel,
  GuardrailSide,
  GuardrailTopic,
  GuardrailWord,
  LocalGuardrail,
} from './guardrail.js'
import type { PiiEntry, RegexEntry } from './mask-texts.js'
import { maskTexts } from './mask-texts.js'
import { matchWords } from './match-pattern.js'

/** What a guardrail makes of some texts. Entries are as the service words them, those without a detection too. */
export interface Verdict {
  readonly action: 'none' | 'masked' | 'blocked'
  /** The texts with what is anonymized replaced. */
  readonly texts: readonly string[]
  readonly topics: readonly TopicEntry[]
  readonly filters: readonly FilterEntry[]
  readonly customWords: readonly WordEntry[]
  readonly piiEntities: readonly PiiEntry[]
  readonly regexes: readonly RegexEntry[]
  readonly groundingFilters: readonly GroundingEntry[]
}

interface Entry {
  readonly action: 'BLOCKED' | 'ANONYMIZED' | 'NONE'
  readonly detected: boolean
}

interface TopicEntry extends Entry {
  readonly name: string
  readonly type: 'DENY'
}

interface FilterEntry extends Entry {
  readonly type: string
  readonly confidence: GuardrailLevel | 'NONE'
  readonly filterStrength: GuardrailLevel
}

interface WordEntry extends Entry {
  readonly match: string
}

/**
 * Judges texts that belong together, such as the messages of a request. `grounding` is what output is held to; without
 * it, and on input, that policy is left out.
 * @throws Error when a pattern takes too long.
 */
export function judgeTexts(
  guardrail: LocalGuardrail,
  side: GuardrailSide,
  texts: readonly string[],
  grounding?: GroundingContext,
): Verdict {
  const here = <Policy extends { readonly side?: GuardrailSide }>(policies: readonly Policy[] = []) =>
    policies.filter((policy) => (policy.side ?? side) === side)
  const text = texts.join('\n')
  const words = (guardrail.words ?? []).map((word): GuardrailWord => (typeof word === 'string' ? { text: word } : word))
  const filters = here(guardrail.contentFilters).filter(({ type }) => side === 'input' || type !== 'PROMPT_ATTACK')

  const masked = maskTexts(texts, here(guardrail.pii), here(guardrail.regexes))
  const entries = {
    topics: here(guardrail.topics).map((topic) => judgeTopic(topic, text)),
    filters: filters.map((filter) => judgeFilter(filter, text)),
    customWords: here(words).flatMap((word) => judgeWord(word, text)),
    piiEntities: masked.piiEntities,
    regexes: masked.regexes,
    groundingFilters:
      grounding && guardrail.grounding && side === 'output' ? judgeGrounding(guardrail.grounding, grounding, text) : [],
  }
  const actions: ReadonlySet<string> = new Set(
    Object.values(entries).flatMap((list) => list.map(({ action }) => action)),
  )
  const action = actions.has('BLOCKED') ? 'blocked' : actions.has('ANONYMIZED') ? 'masked' : 'none'
  return { action, texts: masked.texts, ...entries }
}

function verdictOf(detected: boolean): { readonly action: 'BLOCKED' | 'NONE'; readonly detected: boolean } {
  return { action: detected ? 'BLOCKED' : 'NONE', detected }
}

/** How much of an example a text must say to be about the same. */
const likeness = 0.6

function judgeTopic({ name, keywords = [], examples = [] }: GuardrailTopic, text: string): TopicEntry {
  const detected =
    keywords.some((keyword) => matchWords(keyword, text).length > 0) ||
    examples.some((example) => share(example, text) >= likeness)
  return { name, type: 'DENY', ...verdictOf(detected) }
}

const levels: readonly GuardrailLevel[] = ['LOW', 'MEDIUM', 'HIGH']

function judgeFilter(filter: GuardrailContentFilter, text: string): FilterEntry {
  const { type, keywords, confidence = 'HIGH', strength = 'HIGH' } = filter
  const met = keywords.some((keyword) => matchWords(keyword, text).length > 0)
  // The stronger the filter, the less sure it needs to be.
  const needed = levels.length - 1 - levels.indexOf(strength)
  const detected = met && levels.indexOf(confidence) >= needed
  return { type, confidence: met ? confidence : 'NONE', filterStrength: strength, ...verdictOf(detected) }
}

function judgeWord(word: GuardrailWord, text: string): readonly WordEntry[] {
  const [first] = matchWords(word.text, text)
  return first ? [{ match: first.match, ...verdictOf(true) }] : []
}
