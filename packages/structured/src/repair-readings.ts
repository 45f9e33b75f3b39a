import type { JsonObject, JsonValue } from '@x/types'
import { findJson } from './find-json.js'
import type { Fit, Fitter, Place } from './repair-fit.js'
import { stillWrong, withRepair } from './repair-fit.js'
import { admits, isObject, memberOf, typesOf } from './repair-schema.js'

/** What else a value may have been meant to be where the schema wants an object or a list, or where it is wrapped. */
export function containerReadings(value: JsonValue, schema: JsonObject, place: Place, fitter: Fitter): Fit[] {
  const types = typesOf(schema)
  if (types === undefined) return []
  const fits: (Fit | undefined)[] = [
    typeof value === 'string' ? fromText(value, schema, place, fitter) : undefined,
    types.includes('array') && !Array.isArray(value) && place.mayWrap
      ? asList(value, schema, place, fitter)
      : undefined,
    !types.includes('array') && Array.isArray(value) ? fromList(value, schema, place, fitter) : undefined,
    isObject(value) ? unwrapped(value, schema, place, fitter) : undefined,
  ]
  return fits.filter((fit) => fit !== undefined)
}

/** A string that holds the JSON of an object or a list, alone or among other text. */
function fromText(text: string, schema: JsonObject, place: Place, fitter: Fitter): Fit | undefined {
  const types = typesOf(schema)
  if (!types?.includes('object') && !types?.includes('array')) return undefined
  if (!fitter.parsed.has(text)) {
    const found = findJson(text, { mend: false })
    fitter.parsed.set(text, 'value' in found ? found.value : undefined)
  }
  const value = fitter.parsed.get(text)
  if (value === undefined || typeof value !== 'object' || !admits(types, value)) return undefined
  const last = text.trim().at(-1)
  const first = text.trim().at(0)
  const isAlone = (first === '{' && last === '}') || (first === '[' && last === ']')
  const repair = isAlone ? 'read the JSON in the string' : 'read the JSON in the string, without the text around it'
  return withRepair(fitter.fit(value, schema, deeper(place)), place.path, { repair, score: isAlone ? 1 : 2 })
}

/** A single item for a list. */
function asList(value: JsonValue, schema: JsonObject, place: Place, fitter: Fitter): Fit | undefined {
  if (value === null) return undefined
  const fit = fitter.fit(value, schema.items, { ...deeper(place), path: `${place.path}[0]`, mayWrap: false })
  if (fit.score >= stillWrong) return undefined
  const list = { value: [fit.value], repairs: fit.repairs, score: fit.score }
  return withRepair(list, place.path, { repair: 'made a list of the single item', score: 2 })
}

/** A list of one for a single value. */
function fromList(items: readonly JsonValue[], schema: JsonObject, place: Place, fitter: Fitter): Fit | undefined {
  if (items.length !== 1) return undefined
  const fit = fitter.fit(items[0] as JsonValue, schema, deeper(place))
  if (fit.score >= stillWrong) return undefined
  return withRepair(fit, place.path, { repair: 'took the single item of the list', score: 3 })
}

/** The value inside a wrapper that the schema does not have, or inside an echo of the schema itself. */
function unwrapped(object: JsonObject, schema: JsonObject, place: Place, fitter: Fitter): Fit | undefined {
  const names = Object.keys(object)
  const isEcho = isObject(object.properties) && names.every((name) => schemaKeywords.has(name))
  const name = isEcho ? 'properties' : names[0]
  if (name === undefined || (!isEcho && names.length > 1)) return undefined
  const inner = memberOf(object, name)
  if (inner === undefined || memberOf(schema.properties, name) !== undefined) return undefined
  if (typeof inner !== 'object' && !wrapperNames.has(name)) return undefined
  const fit = fitter.fit(inner, schema, deeper(place))
  if (fit.score >= stillWrong || !tells(fit.value)) return undefined
  return withRepair(fit, place.path, { repair: `took the value out of the wrapper "${shortened(name)}"`, score: 2 })
}

/** An empty object fits whatever has no required members: that is no reason to prefer it. */
function tells(value: JsonValue): boolean {
  return !isObject(value) || Object.keys(value).length > 0
}

function shortened(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1, via: [] }
}

const schemaKeywords = new Set([
  'properties',
  'type',
  'required',
  'title',
  'description',
  'additionalProperties',
  '$schema',
  '$defs',
])
const wrapperNames = new Set(['value', 'answer', 'result', 'output'])
