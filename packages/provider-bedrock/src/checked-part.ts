import type { CachePointPart, Part } from '@x/types'
import { provider } from './config.js'
import type { Finding, Severity } from './finding.js'
import { finding } from './finding.js'
import type { Quirks } from './quirks.js'

export interface CheckedPart {
  /** The part given, a repaired one, or none where it has to go. */
  readonly part: Part | undefined
  /** Paths are seen from the part. */
  readonly findings: readonly Finding[]
}

/** Blank text goes no further than `toText`, so the part itself stays as it is. */
export function checkText(part: Part, text: unknown, severity: Severity): CheckedPart {
  if (typeof text !== 'string') return refused(part, 'message-shape', 'A text part holds no text.')
  if (text.trim() !== '') return { part, findings: [] }
  return { part, findings: [finding(severity, 'blank-text', '', 'The text is blank.', 'left out')] }
}

/** A point that the family takes nowhere near here is left out; one that lives too long for it lives shorter. */
export function checkCachePoint(
  part: CachePointPart,
  { capabilities, cache, family }: Quirks,
  section: 'system' | 'messages' | 'tools',
): { part: CachePointPart | undefined; findings: readonly Finding[] } {
  if (capabilities.cachePoints && !capabilities.cachePoints.includes(section)) {
    const message = `${family} models take no cache points in ${section}.`
    return { part: undefined, findings: [finding('repaired', 'cache-point-unsupported', '', message, 'left out')] }
  }
  if (!cache || part.ttl === undefined || cache.ttls.includes(part.ttl)) return { part, findings: [] }
  if (cache.ttls.length > 0) {
    const message = `This ${family} model is not known to take a time to live of ${part.ttl}.`
    return { part, findings: [finding('warning', 'cache-point-ttl', '', message)] }
  }
  const message = `Cache points of ${family} models have no time to live of their own.`
  const findings = [finding('repaired', 'cache-point-ttl', '', message, 'sent without ttl')]
  return { part: { type: 'cache-point' }, findings }
}

export function checkProviderPart(part: Part & { type: 'provider' }): CheckedPart {
  if (part.provider !== provider) {
    const message = `The part belongs to ${part.provider}.`
    return { part, findings: [finding('note', 'provider-part', '', message, 'left out')] }
  }
  const { value } = part
  const isBlock = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isBlock && Object.keys(value).length === 1) return { part, findings: [] }
  return refused(part, 'provider-part', 'The value of a provider part is an object with one member, the block.')
}

export function mendedId(before: string, after: string): Finding {
  const message = `The call id "${before.slice(0, 80)}" is none that the service takes.`
  return finding('repaired', 'call-id', 'id', message, `sent as ${after}, in its result too`)
}

export function refused(part: Part, rule: Finding['rule'], message: string): CheckedPart {
  return { part, findings: [finding('error', rule, '', message)] }
}
