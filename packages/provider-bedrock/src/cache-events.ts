import type { ModelEvent } from '@x/types'
import type { BedrockConfig } from './config.js'
import { deprecationOf } from './model-options.js'
import type { CachePlan } from './plan-cache-points.js'
import { cacheReport } from './plan-cache-points.js'

type Warning = ModelEvent & { readonly type: 'warning' }

/** What is worth knowing about the cache options before the answer comes. Old names are told once for each config. */
export function cacheWarnings(config: BedrockConfig, plan: CachePlan | undefined): readonly Warning[] {
  const warnings: Warning[] = []
  const deprecation = deprecationOf(config)
  if (deprecation && !told.has(config)) {
    told.add(config)
    warnings.push({ type: 'warning', code: 'deprecated', path: 'config', message: deprecation })
  }
  if (plan?.isUnknownFamily) {
    const message = `Nothing is cached: what ${config.modelId} holds is not known. State it as \`family\`, or set resolveProfiles.`
    warnings.push({ type: 'warning', code: 'cache-unknown-family', path: 'config.cache', message })
  }
  return warnings
}

/** `model-end` with `metadata.cache`: what was planned and what came of it. Other events stay as they are. */
export function withCacheReport(event: ModelEvent, plan: CachePlan | undefined): ModelEvent {
  if (!plan || event.type !== 'model-end') return event
  return { ...event, metadata: { ...event.metadata, cache: cacheReport(plan, event.usage) } }
}

// Configs are frozen, and a new one is made for every change.
const told = new WeakSet<BedrockConfig>()
