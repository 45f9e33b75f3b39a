import type { CachePointPart, ModelRequest } from '@x/types'
import type { Finding } from './finding.js'
import { finding } from './finding.js'
import { holdsPoint } from './message-cache-points.js'
import { requestEdits } from './request-edits.js'
import { entriesOf } from './turn.js'

export const maxCachePoints = 4

interface Point {
  readonly section: 'tools' | 'system' | 'messages'
  /** Of the message; 0 elsewhere. */
  readonly index: number
  readonly place: number
  readonly path: string
  readonly part: CachePointPart
}

/**
 * The cache points of a whole request in the order in which the service reads them: no more than it takes, and none that
 * lives longer than one before it. A later point covers all that an earlier one does, so the earliest of the messages go.
 */
export function checkCacheBudget(request: ModelRequest): { request: ModelRequest; findings: Finding[] } {
  const points = pointsOf(request)
  const findings: Finding[] = []
  const changes = new Map<Point, CachePointPart | undefined>()
  const goFirst = (['messages', 'system', 'tools'] as const).flatMap((section) =>
    points.filter((point) => point.section === section),
  )
  for (const point of goFirst.slice(0, Math.max(0, points.length - maxCachePoints))) {
    changes.set(point, undefined)
    const message = `The request holds ${points.length} cache points, and ${maxCachePoints} are taken.`
    findings.push(finding('repaired', 'cache-point-count', point.path, message, 'left out'))
  }
  let isShort = false
  for (const point of points.filter((one) => !changes.has(one))) {
    if (isShort && point.part.ttl === '1h') {
      changes.set(point, { type: 'cache-point' })
      const message = 'A cache point of 1h stands behind one of 5m.'
      findings.push(finding('repaired', 'cache-point-ttl', point.path, message, 'sent with 5m'))
    }
    isShort ||= point.part.ttl !== '1h'
  }
  return { request: changes.size === 0 ? request : changed(request, changes), findings }
}

function pointsOf({ tools = [], system = [], messages }: ModelRequest): Point[] {
  const pick = (section: Point['section'], index: number, list: readonly { type?: unknown }[]) =>
    list.flatMap((part, place): Point[] => {
      const path = section === 'messages' ? `messages.${index}.content.${place}` : `${section}.${place}`
      return part?.type === 'cache-point' ? [{ section, index, place, path, part: part as CachePointPart }] : []
    })
  return [
    ...pick('tools', 0, tools as readonly { type?: unknown }[]),
    ...pick('system', 0, system),
    ...messages.flatMap((message, index) => (holdsPoint(message) ? pick('messages', index, message.content) : [])),
  ]
}

function changed(request: ModelRequest, changes: ReadonlyMap<Point, CachePointPart | undefined>): ModelRequest {
  const edits = requestEdits()
  const replaced = new Map<unknown, Map<number, CachePointPart | undefined>>()
  for (const [{ section, index, place }, part] of changes) {
    if (section === 'messages') edits.replacePart(index, place, part, part ? '5m' : 'none')
    else replaced.set(section, (replaced.get(section) ?? new Map()).set(place, part))
  }
  const list = <Item extends object>(name: 'tools' | 'system', items: readonly Item[]) =>
    items.flatMap((item, place): (Item | CachePointPart)[] => {
      const part = replaced.get(name)?.has(place) ? replaced.get(name)?.get(place) : item
      return part ? [part] : []
    })
  return {
    ...request,
    messages: edits.apply(entriesOf(request.messages)).map(({ message }) => message),
    ...(request.system && replaced.has('system') && { system: list('system', request.system) }),
    ...(request.tools && replaced.has('tools') && { tools: list('tools', request.tools) }),
  }
}
