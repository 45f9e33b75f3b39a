import type { JsonObject, JsonValue } from '@x/types'

/** Cuts, pads, rounds or moves a value, so that the schema takes it; a text that is not of its format gives way to one that is. */
export function fitScalar(value: JsonValue, type: string, schema: JsonObject): JsonValue {
  if (typeof value === 'string') return fitText(value, schema)
  return typeof value === 'number' ? fitNumber(value, type, schema) : value
}

function fitText(text: string, { format, minLength = 0, maxLength = 10_000 }: JsonObject): string {
  const known = typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined
  if (known) return known.form.test(text) ? text : known.example
  return text.slice(0, Number(maxLength)).padEnd(Number(minLength), '.')
}

function fitNumber(value: number, type: string, schema: JsonObject): number {
  const multipleOf = Number(schema.multipleOf ?? 0)
  const step = multipleOf > 0 ? multipleOf : type === 'integer' ? 1 : 0
  const bounded = Math.min(Math.max(value, leastOf(schema, step)), mostOf(schema, step))
  if (step === 0) return bounded
  const rounded = Math.round(bounded / step) * step
  if (rounded < leastOf(schema, step)) return rounded + step
  return rounded > mostOf(schema, step) ? rounded - step : rounded
}

function leastOf({ minimum, exclusiveMinimum }: JsonObject, step: number): number {
  const above = exclusiveMinimum === undefined ? -Infinity : Number(exclusiveMinimum) + (step || 0.5)
  return Math.max(Number(minimum ?? -Infinity), above)
}

function mostOf({ maximum, exclusiveMaximum }: JsonObject, step: number): number {
  const below = exclusiveMaximum === undefined ? Infinity : Number(exclusiveMaximum) - (step || 0.5)
  return Math.min(Number(maximum ?? Infinity), below)
}

const day = String.raw`\d{4}-\d\d-\d\d`
const time = String.raw`\d\d:\d\d(:\d\d(\.\d+)?)?`

/** What a value of each format looks like, roughly, and one to give when none was found. */
const formats: { readonly [format: string]: { readonly form: RegExp; readonly example: string } } = {
  'date-time': { form: new RegExp(`^${day}T${time}(Z|[+-]\\d\\d:\\d\\d)$`), example: '2026-01-01T12:00:00Z' },
  date: { form: new RegExp(`^${day}$`), example: '2026-01-01' },
  time: { form: new RegExp(`^${time}$`), example: '12:00:00' },
  duration: { form: /^P(\d|T\d)/, example: 'P1D' },
  email: { form: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, example: 'someone@example.com' },
  hostname: { form: /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, example: 'example.com' },
  uri: { form: /^[a-z][a-z0-9+.-]*:\S+$/i, example: 'https://example.com/' },
  uuid: { form: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, example: '123e4567-e89b-42d3-a456-426614174000' },
  ipv4: { form: /^\d{1,3}(\.\d{1,3}){3}$/, example: '192.0.2.1' },
  ipv6: { form: /^[0-9a-f:.]*:[0-9a-f:.]*$/i, example: '2001:db8::1' },
}
