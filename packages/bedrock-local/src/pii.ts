import { isIP } from 'node:net'

/** One kind of personal data: a pattern whose every match counts, or every match that also passes `check`. */
interface PiiDetector {
  readonly pattern: RegExp
  check?(match: string): boolean
}

/**
 * By the service's type names. Every quantifier that could meet itself is bounded, so a long text costs time in
 * proportion to its length.
 */
const detectors: { readonly [type: string]: PiiDetector } = {
  EMAIL: { pattern: /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b/giu },
  URL: { pattern: /\bhttps?:\/\/[^\s<>"')]{1,2000}[^\s<>"').,;:!?]/giu },
  IP_ADDRESS: {
    pattern: /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:]|\.\d)/giu,
    check: (match) => isIP(match) !== 0,
  },
  MAC_ADDRESS: { pattern: /(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\w:-])/giu },
  CREDIT_DEBIT_CARD_NUMBER: { pattern: /(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/gu, check: passesLuhn },
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: {
    pattern: /(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)/gu,
    check: passesMod97,
  },
  US_SOCIAL_SECURITY_NUMBER: { pattern: /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/gu },
  PHONE: {
    pattern: /(?<![\w.+-])\+?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\(?\d{2,4}\)?){2,5}(?![\w-])/gu,
    check: (match) =>
      /^(?:\+?\d{10,15}|0\d{8,14})$/.test(match.replace(/[^\d+]/g, '')) && !/^\d{4}-\d\d-\d\d/.test(match),
  },
  AWS_ACCESS_KEY: { pattern: /(?<!\w)(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/gu },
  US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER: { pattern: /(?<![\w-])9\d{2}-[5-9]\d-\d{4}(?![\w-])/gu },
}

/** Types that are found without a list of values. */
export const piiTypes: ReadonlySet<string> = new Set(Object.keys(detectors))

/** What a text holds of one type; none for a type without a pattern. */
export function findPii(type: string, text: string): readonly { readonly start: number; readonly match: string }[] {
  const detector = detectors[type]
  if (!detector) return []
  return [...text.matchAll(detector.pattern)]
    .filter(([match]) => detector.check?.(match) ?? true)
    .map((found) => ({ start: found.index, match: found[0] }))
}

function passesLuhn(match: string): boolean {
  const digits = match.replace(/\D/g, '')
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0 && !/^0+$/.test(digits)
}

function passesMod97(match: string): boolean {
  const compact = match.replaceAll(' ', '')
  const moved = compact.slice(4) + compact.slice(0, 4)
  // Letters count as two digits: A is 10, Z is 35.
  return [...moved].reduce((rest, character) => Number(`${rest}${Number.parseInt(character, 36)}`) % 97, 0) === 1
}
