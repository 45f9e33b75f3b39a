import type { JsonValue } from '@x/types'
import { entitiesIn } from './entities.js'

/** Where values are looked for. */
export interface Source {
  readonly text: string
  /** Values known by name; what the text says goes first. */
  readonly facts: ReadonlyMap<string, JsonValue>
  /** What has been taken already: no name and no number is used for two properties. */
  readonly used: Set<string>
}

/** A string for a property of this name, or `undefined` when the text holds nothing for it. */
export function findString(name: string, format: string, source: Source): string | undefined {
  const key = nameWords(name).join('_')
  const formed = forms.find(([names]) => names.test(format === '' ? key : format))
  const shaped = formed?.[1](source.text)
  const labelled = labelledText(name, source.text)
  const known = (recipient.test(key) ? (labelled ?? shaped) : (shaped ?? labelled)) ?? factOf(name, source)
  if (known !== undefined) return take(String(known), source)
  if (formed && !recipient.test(key)) return undefined
  if (freeText.test(key)) return quoted(source.text) ?? source.text
  const placed = places.find(([names]) => names.test(key))
  if (placed) return take(entityAfter(placed[1], source), source)
  return take(quoted(source.text), source) ?? take(freeEntities(source)[0], source)
}

/** A number: beside the property's name, else with it as its unit ("3 nights"), else the next one not used yet. */
export function findNumber(name: string, source: Source): number | undefined {
  const text = source.text.replace(/(\d),(?=\d{3}\b)/g, '$1')
  const words = nameWords(name)
  const label = words.join('[\\s_-]+')
  const beside = new RegExp(`\\b${label}\\b\\s*(?:is|are|of|was|=|:)?\\s*[€$£]?(${numberForm})`, 'i').exec(text)
  const asUnit = new RegExp(`(${numberForm})\\s*(?:${[...words, ...(units[words.at(-1) ?? ''] ?? [])].join('|')})`, 'i')
  const hit = beside?.[1] ?? asUnit.exec(text)?.[1]
  if (hit !== undefined) {
    source.used.add(hit)
    return toNumber(hit)
  }
  const fact = factOf(name, source)
  if (typeof fact === 'number') return fact
  // Parts of dates, times, codes and addresses are no numbers.
  const loose = new RegExp(`(?<![\\p{L}\\d@#:/.-])${numberForm}(?![\\p{L}\\d@:/]|-\\d|\\.\\d)`, 'giu')
  const next = [...text.matchAll(loose)].map(([found]) => found).find((found) => !source.used.has(found))
  if (next === undefined) return undefined
  source.used.add(next)
  return toNumber(next)
}

/** Whether the text speaks of the property, and whether it denies it. */
export function findBoolean(name: string, source: Source): boolean | undefined {
  const words = nameWords(name).filter((word) => !/^(is|has|are|include|includes|with|wants|needs)$/.test(word))
  const label = words.map((word) => word.slice(0, Math.max(4, word.length - 2))).join('\\w*[\\s_-]+')
  const said = new RegExp(`\\b${label}\\w*\\s*(?:is|=|:)?\\s*(true|false|yes|no)\\b`, 'i').exec(source.text)?.[1]
  if (said) return /true|yes/i.test(said)
  const denied = new RegExp(`\\b(?:no|not|non|without|never|isn't|doesn't|don't)\\b[\\s-]*(?:\\w+\\s+)?${label}`, 'i')
  if (denied.test(source.text)) return false
  if (new RegExp(`\\b${label}`, 'i').test(source.text)) return true
  const fact = factOf(name, source)
  return typeof fact === 'boolean' ? fact : undefined
}

/** Items of a list in the text: behind the property's name, else between quotes, else the names in it. */
export function findList(name: string, source: Source): readonly string[] {
  const labelled = labelledText(name, source.text, String.raw`[^.;\n]+`)
  if (labelled) return labelled.split(/\s*,\s*(?:and\s+)?|\s+and\s+/).filter((item) => item !== '')
  const quotes = [...source.text.matchAll(/["“]([^"”]+)["”]/g)].map((match) => match[1] ?? '')
  return quotes.length > 0 ? quotes : freeEntities(source)
}

/** `firstName` and `first_name` are two words each. */
export function nameWords(name: string): readonly string[] {
  const spaced = name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase()
  return spaced.match(/[\p{L}\p{N}]+/gu) ?? ['value']
}

const numberForm = String.raw`(?:-?\d+(?:\.\d+)?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)`
const numberWords = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')

function toNumber(text: string): number {
  const word = numberWords.indexOf(text.toLowerCase())
  return word >= 0 ? word : Number(text)
}

/** What stands behind a number of this name. */
const units: { readonly [name: string]: readonly string[] } = {
  age: ['years?', 'yrs?', 'year-old'],
  price: ['euros?', 'dollars?', '€', 'pounds?', 'usd', 'eur'],
  amount: ['euros?', 'dollars?', '€', 'pounds?', 'usd', 'eur'],
  total: ['euros?', 'dollars?', '€', 'pounds?', 'usd', 'eur'],
  people: ['persons?', 'guests?', 'adults?'],
  guests: ['people', 'persons?', 'adults?'],
  quantity: ['pieces?', 'items?', 'units?', 'x\\b'],
  rating: ['stars?', 'out of', '/'],
  stars: ['stars?', 'out of', '/'],
}

/** An address if there is one, or else a name. */
const recipient = /^(?:to|cc|bcc|recipient)$/

type Finder = (text: string) => string | undefined

/** Strings of a form of their own, by the property's name or the schema's `format`. */
const forms: readonly (readonly [names: RegExp, find: Finder])[] = [
  [/e_?mail/, emailIn],
  [recipient, emailIn],
  [/street/, (text) => /\b\d+\w? [A-Z][\w ]*?(?:Street|St|Road|Rd|Avenue|Ave|Lane|Square)\b/.exec(text)?.[0]],
  [/^(?:ur[li]|link|website|homepage)$|_url$/, (text) => /https?:\/\/[^\s"'<>]+[^\s"'<>.,!?)]/.exec(text)?.[0]],
  [/phone|mobile/, (text) => /\+?\d[\d\s()-]{6,}\d/.exec(text)?.[0]],
  [/time_?zone|^tz$/, (text) => timeZoneIn(text)],
  [/^time$|_time$|^hour$/, (text) => /\b\d{1,2}:\d{2}\b/.exec(text)?.[0]],
  [/date|^day$|birthday|deadline|^due$/, (text) => dateIn(text)],
  [/^currency$|currency_code/, (text) => /\b[A-Z]{3}\b/.exec(text)?.[0]],
  [/uuid/, (text) => /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(text)?.[0]],
  [/(?:^|_)(?:id|code|sku|reference|number)$/, (text) => /(?:\b[A-Z]+-?|#)\d[\w-]*|\b\d{3,}\b/.exec(text)?.[0]],
]

function emailIn(text: string): string | undefined {
  return /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(text)?.[0]
}

/** An IANA name in the text, or the one whose last part is a place in it. */
function timeZoneIn(text: string): string | undefined {
  const zones = Intl.supportedValuesOf('timeZone')
  const named = /\b[A-Z][A-Za-z]+\/[A-Za-z_]+\b|\bUTC\b/.exec(text)?.[0]
  if (named) return named
  const wanted = entitiesIn(text).map((entity) => `/${entity.replaceAll(' ', '_')}`.toLowerCase())
  return zones.find((zone) => wanted.some((end) => zone.toLowerCase().endsWith(end)))
}

function dateIn(text: string): string | undefined {
  const iso = /\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?/.exec(text)?.[0]
  if (iso) return iso
  const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec'
  const dayFirst = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${months})[a-z]*\\.?,? (\\d{4})`, 'i').exec(text)
  const monthFirst = new RegExp(`\\b(${months})[a-z]*\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})`, 'i').exec(text)
  const [day, month, year] = dayFirst
    ? dayFirst.slice(1)
    : monthFirst
      ? [monthFirst[2], monthFirst[1], monthFirst[3]]
      : []
  if (!day || !month || !year) return undefined
  const number = months.split('|').indexOf(month.slice(0, 3).toLowerCase()) + 1
  return `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`
}

const freeText =
  /query|question|text|prompt|message|body|content|title|subject|summary|description|topic|reason|note|comment|input|sentence|keyword|instruction|answer|task/

/** Names of places and people, and the words before the ones that are meant. */
const places: readonly (readonly [names: RegExp, before: string])[] = [
  [/(?:^|_)(?:from|origin|departure|source|start)/, 'from'],
  [/(?:^|_)(?:to|destination|arrival|target|end)/, 'to|into'],
  [/city|town|place|location|country|where|address|region|venue/, 'in|at|near|to|from|of|for'],
  [/company|employer|organi[sz]ation/, 'at|for|by'],
  [/name|person|who|customer|author|user|guest|contact/, 'named|called|is|am|by|with|for|to|customer|user'],
]

function entityAfter(before: string, source: Source): string | undefined {
  const free = freeEntities(source)
  const meant = free.find((entity) =>
    new RegExp(`\\b(?:${before})\\s+(?:the\\s+)?${escaped(entity)}`, 'i').test(source.text),
  )
  return meant ?? free[0] ?? smallNameAfter(before, source.text)
}

/** People do not always type capitals: "weather in oslo". */
function smallNameAfter(before: string, text: string): string | undefined {
  const word = new RegExp(`\\b(?:${before})\\s+(\\p{Ll}{3,})\\b`, 'u').exec(text)?.[1]
  return word &&
    !/^(?:the|this|that|fahrenheit|celsius|here|there|now|today|which|what|your|our|its|his|her|total)$/.test(word)
    ? word.charAt(0).toUpperCase() + word.slice(1)
    : undefined
}

/** Names that share nothing with a value taken already. */
function freeEntities(source: Source): readonly string[] {
  const taken = [...source.used].filter((value) => value.length > 2)
  return entitiesIn(source.text).filter((name) => !taken.some((value) => value.includes(name) || name.includes(value)))
}

function take(value: string | undefined, source: Source): string | undefined {
  if (value !== undefined) source.used.add(value)
  return value
}

/** `title: The Sea`, `name is Ada`, `city = Oslo`. */
function labelledText(
  name: string,
  text: string,
  form = String.raw`[^\s,.;"]+(?: \p{Lu}[^\s,.;"]*)*`,
): string | undefined {
  const label = nameWords(name).join('[\\s_-]+')
  const match = new RegExp(
    `\\b${label}["']?\\s*(?::|=|\\bis\\b|\\bare\\b)\\s*(?:["“]([^"”]+)["”]|(${form}))`,
    'iu',
  ).exec(text)
  return match?.[1] ?? match?.[2]
}

function quoted(text: string): string | undefined {
  return /["“]([^"”]+)["”]/.exec(text)?.[1]
}

function factOf(name: string, source: Source): JsonValue | undefined {
  const key = nameWords(name).join('')
  return [...source.facts].find(([fact]) => nameWords(fact).join('') === key)?.[1]
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
