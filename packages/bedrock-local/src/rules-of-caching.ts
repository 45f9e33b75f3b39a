import { mediaOf } from './media-of.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { extraneousKey, vendorSays } from './vendor-says.js'
import type { ConverseBody, WireBlock } from './wire.js'

/** Where cache points stand. */
export const cacheRules: readonly Rule[] = [
  cachingTaken,
  plainCachePoints,
  notAfterReasoning,
  behindCacheableBlock,
  notTooMany,
  longestFirst,
  notWithLowLatency,
]

/** A cache point, in the order in which the service reads them. */
interface CachePlace {
  readonly section: 'tools' | 'system' | 'messages'
  /** The list that it stands in, and where. */
  readonly blocks: readonly CacheBlock[]
  readonly index: number
  /** Of the list, as Claude names it. */
  readonly path: string
  readonly ttl: '5m' | '1h'
  readonly hasTtl: boolean
}

type CacheBlock = WireBlock & { readonly cachePoint?: { readonly ttl?: string } }

function cachePlacesOf({ toolConfig, system, messages }: ConverseBody): readonly CachePlace[] {
  const inList = (section: CachePlace['section'], path: string, list: readonly object[]): readonly CachePlace[] => {
    const blocks = list as readonly CacheBlock[]
    return blocks.flatMap(({ cachePoint }, index) => {
      if (!cachePoint) return []
      const ttl = cachePoint.ttl === '1h' ? '1h' : '5m'
      return [{ section, blocks, index, path, ttl, hasTtl: Boolean(cachePoint.ttl) }]
    })
  }
  return [
    ...inList('tools', 'tools', toolConfig?.tools ?? []),
    ...inList('system', 'system', system ?? []),
    ...(messages ?? []).flatMap(({ content }, index) => inList('messages', `messages.${index}.content`, content)),
  ]
}

/** Quoted in public issues, from a live reply. */
function cachingTaken({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (!quirks.refusesCachePoints || cachePlacesOf(body).length === 0) return undefined
  const message = 'You invoked an unsupported model or your request did not allow prompt caching.'
  return { status: 403, error: 'AccessDeniedException', message }
}

/** Those of tools and beside tool blocks are quoted in public issues; the one of `ttl` has the same form. */
function plainCachePoints({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (!quirks.hasPlainCachePoints) return undefined
  for (const { section, blocks, index, path, hasTtl } of cachePlacesOf(body)) {
    if (section === 'tools') return extraneousKey(`/toolConfig/tools/${index}`, 'cachePoint')
    const pointer = `/${path.replaceAll('.', '/')}`
    const toolBlock = blocks.findIndex((block) => block.toolUse || block.toolResult)
    if (toolBlock >= 0) return extraneousKey(`${pointer}/${toolBlock}`, 'cachePoint')
    if (hasTtl) return extraneousKey(`${pointer}/${index}/cachePoint`, 'ttl')
  }
  return undefined
}

/** Quoted in public issues. */
function notAfterReasoning({ body }: CheckedRequest): Refusal | undefined {
  const isThere = cachePlacesOf(body).some(({ blocks, index }) => blocks[index - 1]?.reasoningContent)
  return isThere
    ? invalid(
        'Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.',
      )
    : undefined
}

/** Not at the start of a message, nor right after a document that is no PDF, or a video. Quoted for documents. */
function behindCacheableBlock({ quirks, body }: CheckedRequest): Refusal | undefined {
  for (const { section, blocks, index, path } of cachePlacesOf(body)) {
    const before = blocks[index - 1]
    const { kind, format } = (before && mediaOf(before)) ?? {}
    const isCacheable = before && kind !== 'video' && (kind !== 'document' || format === 'pdf')
    if (section !== 'messages' || isCacheable) continue
    if (quirks.dialect === 'anthropic') return vendorSays(`${path}.${index}.type: Field required`)
    if (quirks.dialect === 'nova') return extraneousKey(`/${path.replaceAll('.', '/')}/${index}`, 'cachePoint')
  }
  return undefined
}

const maxCachePoints = 4

function notTooMany({ body }: CheckedRequest): Refusal | undefined {
  const found = cachePlacesOf(body).length
  if (found <= maxCachePoints) return undefined
  return vendorSays(`A maximum of ${maxCachePoints} blocks with cache_control may be provided. Found ${found}.`)
}

/** Quoted in public issues: the point belongs to the block before it. */
function longestFirst({ body }: CheckedRequest): Refusal | undefined {
  const places = cachePlacesOf(body)
  const late = places.find(({ ttl }, at) => ttl === '1h' && places.slice(0, at).some((earlier) => earlier.ttl === '5m'))
  if (!late) return undefined
  return vendorSays(
    `${late.path}.${Math.max(0, late.index - 1)}.cache_control.ttl: a ttl='1h' cache_control block must not come after ` +
      "a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, " +
      '`messages`.',
  )
}

/** Quoted in a public issue, of Claude 3.5 Haiku. */
function notWithLowLatency({ quirks, body }: CheckedRequest): Refusal | undefined {
  const performance = body.performanceConfig as { readonly latency?: string } | null | undefined
  const [first] = cachePlacesOf(body)
  if (quirks.dialect !== 'anthropic' || performance?.latency !== 'optimized' || !first) return undefined
  return vendorSays(`${first.path}.${Math.max(0, first.index - 1)}.cache_control: Extra inputs are not permitted`)
}
