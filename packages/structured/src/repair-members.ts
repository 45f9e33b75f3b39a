import type { JsonObject, JsonValue } from '@x/types'
import { setMember } from './json-tree.js'
import type { Fit, Fitter, Place, Repair } from './repair-fit.js'
import { asIs, stillWrong } from './repair-fit.js'
import { isObject, memberOf } from './repair-schema.js'

/** A value of the right type, with its members or items repaired. The same object when none needed it. */
export function repairMembers(value: JsonValue, schema: JsonObject, place: Place, fitter: Fitter): Fit {
  if (Array.isArray(value))
    return schema.items === undefined && schema.prefixItems === undefined
      ? asIs(value)
      : repairItems(value, schema, place, fitter)
  return isObject(value) && tellsOfMembers(schema) ? repairObject(value, schema, place, fitter) : asIs(value)
}

/** Not repaired, but it tells the alternatives of a union apart, and makes the inside of a wrapper the better reading. */
const memberTooMany = 3

function tellsOfMembers({ properties, required, additionalProperties }: JsonObject): boolean {
  return properties !== undefined || required !== undefined || additionalProperties !== undefined
}

function repairItems(items: readonly JsonValue[], schema: JsonObject, place: Place, fitter: Fitter): Fit {
  const prefix = Array.isArray(schema.prefixItems) ? (schema.prefixItems as readonly JsonValue[]) : []
  const repairs: Repair[] = []
  let score = 0
  let isChanged = false
  const repaired = items.map((item, index) => {
    const fit = fitter.fit(item, index < prefix.length ? prefix[index] : schema.items, inside(place, `[${index}]`))
    score += fit.score
    for (const repair of fit.repairs) repairs.push(repair)
    if (fit.value !== item) isChanged = true
    return fit.value
  })
  return { value: isChanged ? repaired : items, repairs, score }
}

function repairObject(object: JsonObject, schema: JsonObject, place: Place, fitter: Fitter): Fit {
  const required = new Set(Array.isArray(schema.required) ? (schema.required as readonly string[]) : [])
  let missing = required.size
  const repairs: Repair[] = []
  const repaired: Record<string, JsonValue> = {}
  let score = 0
  let isChanged = false
  for (const [name, member] of Object.entries(object)) {
    if (member === undefined) continue
    if (required.has(name)) missing -= 1
    const known = memberOf(schema.properties, name)
    const memberPlace = inside(place, place.path === '' ? name : `.${name}`)
    const isOptional = known !== undefined && !required.has(name)
    if (member === null && isOptional && fitter.fit(null, known, memberPlace).score > 0) {
      repairs.push({ path: memberPlace.path, repair: 'left out a null', score: 1 })
      score += 1
      isChanged = true
      continue
    }
    const fit = fitter.fit(member, known ?? schema.additionalProperties, memberPlace)
    const isExtra = known === undefined && schema.additionalProperties === false
    score += isExtra ? memberTooMany : fit.score
    for (const repair of fit.repairs) repairs.push(repair)
    if (fit.value !== member) isChanged = true
    setMember(repaired, name, fit.value)
  }
  return { value: isChanged ? repaired : object, repairs, score: score + missing * stillWrong }
}

function inside(place: Place, step: string): Place {
  return { path: place.path + step, depth: place.depth + 1, via: [], mayWrap: true }
}
