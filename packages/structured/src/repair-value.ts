import type { JsonObject, JsonValue } from '@x/types'
import type { Fit, Fitter, Place, Repair } from './repair-fit.js'
import { asIs, best, both, withRepair } from './repair-fit.js'
import { repairMembers } from './repair-members.js'
import { containerReadings } from './repair-readings.js'
import { scalarReadings } from './repair-scalar.js'
import { admits, choicesOf, isObject, resolveReference, typesOf } from './repair-schema.js'

export type { Repair } from './repair-fit.js'

/**
 * Brings a value nearer to a JSON Schema where the model wrote the right thing in the wrong form: JSON inside a string, a
 * single item for a list, `null` for an absent member, a number or boolean as a string, another spelling of a choice, a
 * wrapper too many. Of the alternatives of a union the one that needs least is taken.
 *
 * Nothing is invented and nothing is left out but what says nothing: a missing member stays missing, and a value that
 * fits comes back as the same object. Keywords about form and size (`pattern`, `minimum` …) are not looked at: validate
 * afterwards. Takes time in proportion to the value, for each part of the schema that may stand at a place.
 */
export function repairValue(
  value: JsonValue,
  jsonSchema: JsonObject,
): { readonly value: JsonValue; readonly repairs: readonly Repair[] } {
  const fitter = new SchemaFitter(jsonSchema)
  const { value: repaired, repairs } = fitter.fit(value, jsonSchema, { path: '', depth: 0, via: [], mayWrap: true })
  return { value: repaired, repairs }
}

/** A value of the wrong type is worse than one with members missing. */
const wrongType = 10_000
const maxDepth = 256

/** One repair of one value; remembers what it has found for each object and each schema, so that unions stay cheap. */
class SchemaFitter implements Fitter {
  readonly #root: JsonObject
  readonly #known = new WeakMap<object, Map<JsonObject, Fit>>()
  readonly parsed = new Map<string, JsonValue | undefined>()

  constructor(root: JsonObject) {
    this.#root = root
  }

  fit(value: JsonValue, schema: JsonValue | undefined, place: Place): Fit {
    if (schema === false || (isObject(schema) && place.via.includes(schema))) return asIs(value, wrongType)
    if (!isObject(schema) || place.depth > maxDepth) return asIs(value)
    if (typeof value !== 'object' || value === null || !place.mayWrap) return this.#find(value, schema, place)
    const known = this.#known.get(value) ?? new Map<JsonObject, Fit>()
    const fit = known.get(schema) ?? this.#find(value, schema, place)
    this.#known.set(value, known.set(schema, fit))
    return fit
  }

  #find(value: JsonValue, schema: JsonObject, place: Place): Fit {
    const here = { ...place, via: [...place.via, schema] }
    let fit = asIs(value)
    if (typeof schema.$ref === 'string') {
      fit = this.fit(value, resolveReference(schema.$ref, this.#root), here)
    }
    for (const branch of Array.isArray(schema.allOf) ? (schema.allOf as JsonValue[]) : []) {
      fit = both(fit, this.fit(fit.value, branch, here))
    }
    for (const branches of [schema.anyOf, schema.oneOf]) {
      if (!Array.isArray(branches)) continue
      const { value: soFar } = fit
      fit = both(fit, best((branches as JsonValue[]).map((branch) => this.fit(soFar, branch, here))))
    }
    return both(fit, this.#fitOwn(fit.value, schema, here))
  }

  /** What the schema says by itself, without the schemas that it is made of. */
  #fitOwn(value: JsonValue, schema: JsonObject, place: Place): Fit {
    const types = typesOf(schema)
    const choices = choicesOf(schema)
    const isRight = admits(types, value) && (choices?.some((choice) => isSame(choice, value)) ?? true)
    const plain = isRight ? repairMembers(value, schema, place, this) : asIs(value, wrongType)
    if (plain.score === 0) return plain
    const scalars = scalarReadings(value, types, choices).filter((reading) => admits(types, reading.value))
    const fits = scalars.map((reading) => withRepair(asIs(reading.value), place.path, reading))
    return best([plain, ...fits, ...containerReadings(value, schema, place, this)])
  }
}

function isSame(choice: JsonValue, value: JsonValue): boolean {
  return typeof choice === 'object' ? JSON.stringify(choice) === JSON.stringify(value) : choice === value
}
