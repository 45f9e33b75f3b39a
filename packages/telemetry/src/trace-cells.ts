import type { Usage } from '@x/types'
import type { PriceTable } from '@x/types/cost'
import { costOf, priceOf } from '@x/types/cost'
import type { TraceNode } from './trace-node.js'

/** What the table says of one step; empty where there is nothing to say. */
export interface TraceCells {
  readonly step: string
  readonly start: string
  readonly time: string
  readonly input: string
  readonly output: string
  readonly cached: string
  readonly cost: string
  readonly end: string
}

/** `lead` are the strokes that lead to the step. */
export function toCells(node: TraceNode, lead: string, prices: PriceTable | undefined): TraceCells {
  const { kind, name, usage, startMs, durationMs, error, end } = node
  const cost = treeCost(node, prices)
  return {
    step: `${lead}${printable(`${words[kind]} ${name}`.trim())}`,
    start: startMs === undefined ? '' : toTime(startMs),
    time: durationMs === undefined ? '' : toTime(durationMs),
    input: usage ? toCount(promptTokens(usage)) : '',
    output: usage ? toCount(usage.outputTokens) : '',
    cached: usage?.cacheReadTokens ? toCount(usage.cacheReadTokens) : '',
    cost: cost === undefined ? '' : Number.isNaN(cost) ? '?' : cost.toFixed(6),
    end: printable(error === undefined ? (end ?? '') : `✗ ${error}`),
  }
}

/** In the words of the conventions. */
const words: Readonly<Record<TraceNode['kind'], string>> = {
  agent: 'invoke_agent',
  model: 'chat',
  tool: 'execute_tool',
  retry: 'retry',
  span: '',
}

/** Names may come from a model: they must not steer the terminal or break the line. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
}

/** Whole milliseconds below a second, then seconds, then minutes. */
function toTime(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`
}

function toCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

function promptTokens({ inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 }: Usage): number {
  return inputTokens + cacheReadTokens + cacheWriteTokens
}

/** Of a step and of all inside it; `undefined` where nothing costs, NaN where something has no price. */
function treeCost(node: TraceNode, prices: PriceTable | undefined): number | undefined {
  const own = ownCost(node, prices)
  if (own !== undefined) return own
  const costs = node.children.flatMap((child) => treeCost(child, prices) ?? [])
  return costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0)
}

function ownCost({ kind, name, usage, serviceTier, cost }: TraceNode, prices: PriceTable | undefined) {
  if (kind !== 'model') return undefined
  if (!prices) return cost
  const price = priceOf(prices, name)
  if (!usage) return undefined
  return (price && costOf(usage, price, serviceTier)) ?? Number.NaN
}

/** Where a step stands in its tree's time; at least one stroke of `width`. */
export function barOf({ kind, startMs, durationMs, firstChunkMs }: TraceNode, totalMs: number, width: number): string {
  if (startMs === undefined || durationMs === undefined) return ''
  const at = (ms: number) => (totalMs === 0 ? 0 : Math.round((ms / totalMs) * width))
  const from = Math.min(at(startMs), width - 1)
  const to = Math.min(Math.max(at(startMs + durationMs), from + 1), width)
  const waited = firstChunkMs === undefined ? 0 : Math.min(Math.max(at(startMs + firstChunkMs) - from, 0), to - from)
  return ' '.repeat(from) + '░'.repeat(waited) + strokes[kind].repeat(to - from - waited)
}

const strokes: Readonly<Record<TraceNode['kind'], string>> = {
  agent: '━',
  model: '█',
  tool: '▒',
  retry: '·',
  span: '─',
}
