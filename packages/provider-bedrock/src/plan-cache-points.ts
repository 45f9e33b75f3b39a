import type { CachePointPart, JsonObject, Message, ModelRequest, Part, Usage } from '@x/types'
import { maxCachePoints } from './check-cache-budget.js'
import type { BedrockConfig } from './config.js'
import { estimatePartTokens } from './estimate-part-tokens.js'
import type { MessagePlace } from './message-cache-points.js'
import { holdsPoint, messagePlaces, withPoint } from './message-cache-points.js'
import type { CacheOptions } from './model-options.js'
import { cacheOptionsOf, ttlOf } from './model-options.js'
import type { CacheSection, CacheTtl, Quirks } from './quirks.js'
import { quirksOf } from './quirks.js'

export interface CachePlan {
  /** The request with the points put in. */
  readonly request: ModelRequest
  /** Every point that is sent, in the order in which the service reads them. */
  readonly points: readonly PlannedPoint[]
  readonly skipped: readonly { readonly section: CacheSection; readonly reason: string }[]
  /** Below it a point does nothing. Missing: not known. */
  readonly minimumTokens?: number
  /** Nothing could be planned as the model's family is not known. */
  readonly isUnknownFamily: boolean
}

interface PlannedPoint {
  readonly section: CacheSection
  /** `tools`, `system` or `messages.<index>`. */
  readonly path: string
  readonly ttl: CacheTtl
  readonly by: 'caller' | 'auto'
  /** Estimated, from the first tool up to the point. */
  readonly prefixTokens: number
}

/**
 * Where the cache points of a request go: those of the caller stay, and as far as the service's four allow, one each is
 * added behind the last user turn, the system prompt and the tools, and one behind the user turn before the last, where
 * the request before this one had its newest: a turn longer than the service looks back is found again by it.
 *
 * Pure. `undefined` when the config asks for none. A point below the family's minimum is harmless and added all the same.
 */
export function planCachePoints(config: BedrockConfig, request: ModelRequest): CachePlan | undefined {
  const options = cacheOptionsOf(config)
  if (!options) return undefined
  const quirks = quirksOf(config.modelId, config.family)
  const skipped: { section: CacheSection; reason: string }[] = []
  const own = pointsOf(request)
  const room = Math.max(0, maxCachePoints - own.length)
  const wanted = sections.filter((section) => {
    if (options[section] === false) return false
    const reason = reasonAgainst(section, request, quirks)
    if (reason) skipped.push({ section, reason })
    return !reason
  })
  const candidates = candidatesIn(request, wanted, quirks)
  const added = candidates.slice(0, room)
  for (const { section } of candidates.slice(room)) {
    skipped.push({ section, reason: `A request holds at most ${maxCachePoints} cache points.` })
  }
  const planned = added.map((spot) => ({ spot, ttl: ttlFor(spot, options, own, quirks) })).toSorted(byPosition)
  const put = neverLonger(planned, own).map(({ spot, ttl }) => ({ spot, point: toPoint(ttl) }))
  const marked = put.reduce((sent, { spot, point }) => putIn(sent, spot, point), request)
  return {
    request: marked,
    points: measure(marked, new Set(put.map(({ point }) => point))),
    skipped,
    ...(quirks.cache?.minimumTokens !== undefined && { minimumTokens: quirks.cache.minimumTokens }),
    isUnknownFamily: quirks.cache === undefined,
  }
}

/** What was expected of the cache and what it did, for `metadata.cache` of `model-end`. */
export function cacheReport(plan: CachePlan, usage: Usage): JsonObject {
  const { points, skipped, minimumTokens = 0 } = plan
  const effective = points.filter(({ prefixTokens }) => prefixTokens >= minimumTokens)
  return {
    predicted: {
      cachedTokens: effective.at(-1)?.prefixTokens ?? 0,
      ...(plan.minimumTokens !== undefined && { minimumTokens }),
      points: points.map((point) => ({ ...point })),
      skipped: skipped.map((one) => ({ ...one })),
    },
    actual: { readTokens: usage.cacheReadTokens ?? 0, writtenTokens: usage.cacheWriteTokens ?? 0 },
  }
}

const sections = ['tools', 'system', 'messages'] as const

type Spot = { readonly section: 'tools' } | { readonly section: 'system' } | MessageSpot

interface MessageSpot extends MessagePlace {
  readonly section: 'messages'
}

interface Planned {
  readonly spot: Spot
  readonly ttl: CacheTtl
}

/** A point of the caller's and where it stands. */
interface OwnPoint {
  readonly position: readonly [number, number]
  readonly ttl: CacheTtl
}

function reasonAgainst(section: CacheSection, request: ModelRequest, { cache, family }: Quirks): string | undefined {
  if (!cache) return `It is not known whether ${family} models cache.`
  if (!cache.sections.includes(section)) return `${family} models take no cache points in ${section}.`
  if (section === 'messages') return undefined
  const items: readonly object[] = request[section] ?? []
  if (items.some((item) => 'type' in item && item.type === 'cache-point')) return 'It holds a cache point already.'
  return items.length === 0 ? 'It is empty.' : undefined
}

/** The most useful first. The end of the conversation covers all that stands before it. */
function candidatesIn(request: ModelRequest, wanted: readonly CacheSection[], quirks: Quirks): readonly Spot[] {
  const places = wanted.includes('messages') ? messagePlaces(request.messages, !quirks.refuses.cacheBesideTools, 2) : []
  const [last, previous] = places.map((place): Spot[] => {
    return place === 'taken' ? [] : [{ section: 'messages', ...place }]
  })
  const fixed = (['system', 'tools'] as const).filter((section) => wanted.includes(section))
  return [...(last ?? []), ...fixed.map((section) => ({ section })), ...(previous ?? [])]
}

/** As asked where the family knows the time, and as long as a point of the caller's behind it: who names it knows it. */
function ttlFor(spot: Spot, options: CacheOptions, own: readonly OwnPoint[], { cache }: Quirks): CacheTtl {
  const isBefore = ({ position }: OwnPoint) => compare(positionOf(spot), position) < 0
  if (own.some((point) => point.ttl === '1h' && isBefore(point))) return '1h'
  const asked = ttlOf(options, spot.section)
  return cache?.ttls.includes(asked) ? asked : '5m'
}

/** A longer time to live may not stand behind a shorter one. */
function neverLonger(planned: readonly Planned[], own: readonly OwnPoint[]): readonly Planned[] {
  let isShort = false
  return planned.map(({ spot, ttl }) => {
    isShort ||= own.some((point) => point.ttl === '5m' && compare(point.position, positionOf(spot)) < 0)
    isShort ||= ttl === '5m'
    return { spot, ttl: isShort ? '5m' : ttl }
  })
}

function toPoint(ttl: CacheTtl): CachePointPart {
  return { type: 'cache-point', ...(ttl === '1h' && { ttl }) }
}

function putIn(request: ModelRequest, spot: Spot, point: CachePointPart): ModelRequest {
  if (spot.section === 'tools') return { ...request, tools: [...(request.tools ?? []), point] }
  if (spot.section === 'system') return { ...request, system: [...(request.system ?? []), point] }
  const { index, place } = spot
  const message = request.messages[index]
  return message ? { ...request, messages: request.messages.with(index, withPoint(message, place, point)) } : request
}

function pointsOf({ tools = [], system = [], messages }: ModelRequest): readonly OwnPoint[] {
  const pick = (items: readonly object[], list: number) =>
    items.flatMap((item, place) => {
      if (!('type' in item) || item.type !== 'cache-point') return []
      return [{ position: [list, place] as const, ttl: (item as CachePointPart).ttl ?? '5m' }]
    })
  const inMessages = messages.flatMap((message, index) => (holdsPoint(message) ? pick(message.content, index + 2) : []))
  return [...pick(tools, 0), ...pick(system, 1), ...inMessages]
}

function measure({ tools = [], system = [], messages }: ModelRequest, added: ReadonlySet<object>): PlannedPoint[] {
  const points: PlannedPoint[] = []
  let prefixTokens = 0
  const walk = (section: CacheSection, path: string, items: readonly Parameters<typeof estimatePartTokens>[0][]) => {
    for (const item of items) {
      if ('type' in item && item.type === 'cache-point') {
        points.push({ section, path, ttl: item.ttl ?? '5m', by: added.has(item) ? 'auto' : 'caller', prefixTokens })
      } else prefixTokens += estimatePartTokens(item)
    }
  }
  walk('tools', 'tools', tools)
  walk('system', 'system', system)
  for (const [index, message] of messages.entries()) {
    if (holdsPoint(message)) walk('messages', `messages.${index}`, message.content)
    else prefixTokens += tokensOf(message)
  }
  return points
}

/** Messages are values, and every turn sends the whole conversation again. */
const estimates = new WeakMap<Message, number>()

function tokensOf(message: Message): number {
  const known = estimates.get(message)
  if (known !== undefined) return known
  const tokens = (message.content as readonly Part[]).reduce((sum, part) => sum + estimatePartTokens(part), 0)
  estimates.set(message, tokens)
  return tokens
}

/** The lists of a request in the order in which they are read: 0 tools, 1 system, then the messages. */
function positionOf(spot: Spot): readonly [number, number] {
  if (spot.section === 'messages') return [spot.index + 2, spot.place]
  return [spot.section === 'tools' ? 0 : 1, Number.POSITIVE_INFINITY]
}

function byPosition(left: Planned, right: Planned): number {
  return compare(positionOf(left.spot), positionOf(right.spot))
}

function compare(left: readonly [number, number], right: readonly [number, number]): number {
  return left[0] - right[0] || left[1] - right[1]
}
