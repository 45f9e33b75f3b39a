import type { JsonPath } from './json-tree.js'

/** What is wrong, and where: an offset in UTF-16 units from the beginning of all text. */
export interface JsonFault {
  readonly offset: number
  readonly problem: string
}

/** Says what was found instead of what should stand there. */
export function unexpected(text: string, index: number, expected: string): string {
  const found = JSON.stringify(String.fromCodePoint(text.codePointAt(index) ?? 0))
  return `${expected} was expected, and ${found} found`
}

/** Says where the text broke off. */
export function brokenOff(place: 'string' | 'number' | undefined, path: JsonPath): string {
  const where = pathText(path)
  const inside = place ? `inside a ${place}` : 'before its value is closed'
  return `the text ends ${inside}${where === '' ? '' : ` (at ${where})`}`
}

/** `items[0].name`, in at most a hundred characters. */
function pathText(path: JsonPath): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  const text = steps.startsWith('.') ? steps.slice(1) : steps
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
