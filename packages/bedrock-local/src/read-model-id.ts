import { splitProfileId } from './geographies.js'

/** What a request's model id says. */
export interface ModelId {
  readonly kind: 'foundation-model' | 'inference-profile' | 'prompt' | 'own'
  /** Of `inference-profile`. */
  readonly prefix?: string
  /** The model behind it; missing where the id does not tell (`prompt`, and `own`: the account's own resources). */
  readonly baseId?: string
  /** Of an ARN. */
  readonly region?: string
}

const modelName = /^[a-z0-9-]+(\.[a-z0-9-]+){1,3}(:[a-z0-9-]+){0,2}$/
/** Provisioned throughput and the like. */
const plainId = /^[a-z0-9]{12}$/
const arn = /^arn:aws(?:-[a-z]+)*:(?:bedrock|sagemaker):([a-z0-9-]*):[0-9]*:([a-z-]+)\/(.+)$/

/** Takes an id or ARN apart; `undefined` if it has no form that the service knows. */
export function readModelId(modelId: string): ModelId | undefined {
  if (plainId.test(modelId)) return { kind: 'own' }
  const [, region, kind, name = ''] = arn.exec(modelId) ?? []
  if (kind === undefined) return modelName.test(modelId) ? named(modelId) : undefined
  const place = region ? { region } : {}
  if (kind === 'prompt') return { kind, ...place }
  if (kind !== 'foundation-model' && kind !== 'inference-profile') return { kind: 'own', ...place }
  return modelName.test(name) ? { ...named(name), ...place } : undefined
}

function named(name: string): ModelId {
  const { prefix, baseId } = splitProfileId(name)
  return prefix === undefined ? { kind: 'foundation-model', baseId } : { kind: 'inference-profile', prefix, baseId }
}
