import type { JsonObject, Model } from '@x/types'
import type { Feature, Refusal } from './refusal.js'

/** Support that arrives later is found after this time. */
const ttlMs = 3_600_000
const maxEntries = 1000

const entries = new Map<string, { readonly refusal: Refusal; readonly untilMs: number }>()
const schemaNumbers = new WeakMap<object, number>()
let lastSchemaNumber = 0

/** What was refused of a model in a region, for everybody in this process, for an hour. */
export interface RefusalMemory {
  remember(refusal: Refusal): void
  recall(feature: Feature): Refusal | undefined
}

/** Apart for requests with other tools, beside which a service may refuse what it takes by itself. */
export function refusalMemory(
  {
    model,
    config,
    schema,
  }: { readonly model: Model; readonly config?: JsonObject | undefined; readonly schema: object },
  besideTools: boolean,
): RefusalMemory {
  const modelId = config?.modelId ?? model.modelId
  const region = config?.region ?? model.config?.region
  const ofModel = (feature: Feature) => JSON.stringify([model.provider, modelId, region ?? null, besideTools, feature])
  const ofSchema = (feature: Feature) => `${ofModel(feature)} ${numberOf(schema)}`
  return {
    remember(refusal) {
      if (refusal.scope === 'request') return
      const key = refusal.scope === 'model' ? ofModel(refusal.feature) : ofSchema(refusal.feature)
      const oldest = entries.keys().next().value
      if (entries.size >= maxEntries && oldest !== undefined) entries.delete(oldest)
      entries.delete(key)
      entries.set(key, { refusal, untilMs: Date.now() + ttlMs })
    },
    recall: (feature) => live(ofModel(feature)) ?? live(ofSchema(feature)),
  }
}

/** Tries everything again, as if nothing had been refused yet. */
export function forgetRefusals(): void {
  entries.clear()
}

function live(key: string): Refusal | undefined {
  const entry = entries.get(key)
  if (entry && entry.untilMs <= Date.now()) {
    entries.delete(key)
    return undefined
  }
  return entry?.refusal
}

function numberOf(schema: object): number {
  const known = schemaNumbers.get(schema)
  if (known !== undefined) return known
  lastSchemaNumber += 1
  schemaNumbers.set(schema, lastSchemaNumber)
  return lastSchemaNumber
}
