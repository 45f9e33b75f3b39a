import type { PriceTable } from '@x/types/cost'
import type { TraceCells } from './trace-cells.js'
import { barOf, toCells } from './trace-cells.js'
import type { TraceNode } from './trace-node.js'
import { traceOf } from './trace-of.js'
import type { TraceSpan } from './trace-span.js'

export interface FormatTraceOptions {
  /** Characters a line may have, at least 40; columns that do not fit are left out. Default 100. */
  readonly width?: number
  /** With colours for a terminal. Default false. */
  readonly color?: boolean
  /** Costs by these prices. Default: what the spans say. */
  readonly prices?: PriceTable
}

/**
 * A run as a table for people: the tree of its steps with start, duration, a bar, tokens, cost and how each ended, each
 * column only where there is something in it. `in` counts the whole prompt; `cached` is the part of it that the cache
 * gave. The light beginning of a model call's bar is the wait for its first word. A `?` among the costs: something has
 * no price.
 */
export function formatTrace(
  source: TraceNode | readonly TraceNode[] | readonly TraceSpan[],
  options: FormatTraceOptions = {},
): string {
  const width = Math.max(40, options.width ?? 100)
  const rows = toTrees(source).flatMap((tree) => toRows(tree, options.prices))
  if (rows.length === 0) return '(no spans)'
  const columns = chooseColumns(rows, width)
  const paint = options.color ? colored : plain
  const lines = rows.map((row) => toLine(columns, (column) => paint(cellOf(row, column), column.name, row)))
  const header = toLine(columns, (column) => paint(align(headings[column.name], column), 'heading'))
  return [header, ...lines].join('\n')
}

function toTrees(source: TraceNode | readonly TraceNode[] | readonly TraceSpan[]): readonly TraceNode[] {
  if (isTree(source)) return [source]
  return isSpans(source) ? traceOf(source) : source
}

function isTree(source: object): source is TraceNode {
  return !Array.isArray(source)
}

function isSpans(source: readonly TraceNode[] | readonly TraceSpan[]): source is readonly TraceSpan[] {
  const [first] = source
  return first !== undefined && 'spanContext' in first
}

interface Row extends TraceCells {
  readonly node: TraceNode
  /** Of the whole tree, for the bar. */
  readonly totalMs: number
}

function toRows(tree: TraceNode, prices: PriceTable | undefined): Row[] {
  const totalMs = lastMs(tree)
  const rows = (node: TraceNode, lead: string, ownLead: string): Row[] => [
    { ...toCells(node, ownLead, prices), node, totalMs },
    ...node.children.flatMap((child, index) => {
      const isLast = index === node.children.length - 1
      return rows(child, `${lead}${isLast ? '   ' : '│  '}`, `${lead}${isLast ? '└─ ' : '├─ '}`)
    }),
  ]
  return rows(tree, '', '')
}

function lastMs({ startMs = 0, durationMs = 0, children }: TraceNode): number {
  return Math.max(startMs + durationMs, ...children.map(lastMs))
}

type ColumnName = keyof typeof headings

const headings = {
  step: 'step',
  start: 'start',
  time: 'time',
  bar: '',
  input: 'in',
  output: 'out',
  cached: 'cached',
  cost: 'cost',
  end: 'end',
}

interface Column {
  readonly name: ColumnName
  readonly width: number
}

const gap = '  '
const barWidths = { least: 8, most: 24 }
const leastStepWidth = 24
/** What a narrow screen does without, first one first. */
const dispensable: readonly ColumnName[] = ['bar', 'cached', 'start', 'output', 'input', 'cost', 'end']

function chooseColumns(rows: readonly Row[], width: number): readonly Column[] {
  const hasTimes = rows.some(({ time }) => time !== '')
  const wanted = (Object.keys(headings) as ColumnName[]).flatMap((name): Column[] => {
    if (name === 'bar') return hasTimes ? [{ name, width: barWidths.least }] : []
    const longest = Math.max(...rows.map((row) => row[name].length))
    return longest === 0 ? [] : [{ name, width: Math.max(longest, headings[name].length) }]
  })
  let columns = wanted
  const least = ({ name, width }: Column) => (name === 'step' ? Math.min(width, leastStepWidth) : width)
  for (const name of dispensable) {
    if (totalWidth(columns.map(least)) <= width) break
    columns = columns.filter((column) => column.name !== name)
  }
  const spare = width - totalWidth(columns.map((column) => column.width))
  return columns.map((column) => {
    if (column.name === 'step') return { ...column, width: Math.max(1, column.width + Math.min(0, spare)) }
    if (column.name === 'bar') return { ...column, width: Math.min(barWidths.most, column.width + Math.max(0, spare)) }
    return column
  })
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap.length, -gap.length)
}

function toLine(columns: readonly Column[], cell: (column: Column) => string): string {
  return columns.map(cell).join(gap).trimEnd()
}

function cellOf(row: Row, column: Column): string {
  return align(column.name === 'bar' ? barOf(row.node, row.totalMs, column.width) : row[column.name], column)
}

/** Texts stand left, numbers right. */
function align(text: string, { name, width }: Column): string {
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text
  return name === 'step' || name === 'bar' || name === 'end' ? cut.padEnd(width) : cut.padStart(width)
}

function plain(text: string): string {
  return text
}

const codes = { dim: 2, bold: 1, red: 31, yellow: 33, cyan: 36, green: 32 }

function colored(text: string, name: ColumnName | 'heading', row?: Row): string {
  const color = colorOf(name, row?.node)
  return color === undefined || text.trim() === '' ? text : `\u001b[${codes[color]}m${text}\u001b[0m`
}

function colorOf(name: ColumnName | 'heading', node: TraceNode | undefined): keyof typeof codes | undefined {
  if (name === 'heading') return 'dim'
  if (node?.error !== undefined && (name === 'step' || name === 'end' || name === 'bar')) return 'red'
  if (node?.kind === 'retry') return 'yellow'
  if (name === 'step') return node?.kind === 'agent' ? 'bold' : undefined
  if (name === 'bar') return node?.kind === 'model' ? 'cyan' : 'green'
  return name === 'start' ? 'dim' : undefined
}
