import { cpus } from 'node:os'
import type { Measurement } from './measure.js'
import { deltaCount } from './workload.js'

/** Measurements of one subject, one a round. */
export interface Series {
  readonly name: string
  readonly measurements: readonly Measurement[]
}

/** When and where. */
export function machine(): string {
  const date = new Date().toISOString().slice(0, 10)
  return `${date}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ${process.platform}`
}

/** A Markdown table; ratios are medians of the ratios within a round, against the first series. */
export function toStreamReport(series: readonly Series[]): string {
  const rows = series.map(({ name, measurements }) => {
    const cells = [
      name,
      ((medianOf(measurements, cpuOf) * 1000) / deltaCount).toFixed(1),
      ratio(measurements, series, cpuOf).toFixed(2),
      medianOf(measurements, wallOf).toFixed(1),
      ratio(measurements, series, wallOf).toFixed(2),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    '| one stream of 5,000 deltas | CPU us/delta | CPU x raw | wall ms | wall x raw |',
    '|---|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

/** A Markdown table of CPU time; the first half of the rows is compared with the first row, the second with its own. */
export function toTelemetryReport(series: readonly Series[]): string {
  const half = series.findIndex(({ name }) => name.includes('traced process'))
  const rows = series.map(({ name, measurements }, row) => {
    const base = series.slice(row < half ? 0 : half)
    const cells = [
      name,
      ((medianOf(measurements, cpuOf) * 1000) / deltaCount).toFixed(2),
      ratio(measurements, base, cpuOf).toFixed(3),
      ratio(measurements, series, cpuOf).toFixed(3),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    '| one stream of 5,000 deltas | CPU us/delta | CPU x the row without otel() | CPU x the first row |',
    '|---|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

/** A Markdown table with two columns for each length of history: CPU time of a turn, and its ratio as above. */
export function toHistoryReport(pastTurns: readonly number[], lengths: readonly (readonly Series[])[]): string {
  const names = lengths[0]?.map(({ name }) => name) ?? []
  const rows = names.map((name, row) => {
    const cells = lengths.flatMap((series) => {
      const measurements = series[row]?.measurements ?? []
      return [medianOf(measurements, cpuOf).toFixed(2), ratio(measurements, series, cpuOf).toFixed(2)]
    })
    return `| ${[name, ...cells].join(' | ')} |`
  })
  return [
    `| one more turn after | ${pastTurns.map((turns) => `${turns} turns: CPU ms | x raw`).join(' | ')} |`,
    `|---|${pastTurns.map(() => '---:|---:|').join('')}`,
    ...rows,
  ].join('\n')
}

/** A Markdown table of CPU time: a row for each subject, a column for each shape of text. */
export function toShapeReport(shapes: readonly string[], subjects: readonly (readonly Series[])[]): string {
  const rows = subjects.map((series) => {
    const cells = series.map(({ measurements }) => inMilliseconds(medianOf(measurements, cpuOf)))
    return `| ${[series[0]?.name, ...cells].join(' | ')} |`
  })
  return [
    `| 100 KB in deltas of 20 characters: CPU ms | ${shapes.join(' | ')} |`,
    `|---|${shapes.map(() => '---:|').join('')}`,
    ...rows,
  ].join('\n')
}

/** The same with a column for each length, and how the time grows from the shortest to the longest. */
export function toGrowthReport(
  lengths: readonly number[],
  subjects: readonly { readonly name: string; readonly lengths: readonly Series[] }[],
): string {
  const rows = subjects.map(({ name, lengths: series }) => {
    const times = series.map(({ measurements }) => medianOf(measurements, cpuOf))
    const growth = (times.at(-1) ?? Number.NaN) / (times[0] ?? Number.NaN)
    return `| ${[name, ...times.map(inMilliseconds), growth.toFixed(1)].join(' | ')} |`
  })
  const ends = `${(lengths.at(-1) ?? 0) / (lengths[0] ?? 1)} x the text takes x`
  return [
    `| CPU ms | ${lengths.map((length) => `${length / 1000} KB`).join(' | ')} | ${ends} |`,
    `|---|${lengths.map(() => '---:|').join('')}---:|`,
    ...rows,
  ].join('\n')
}

function inMilliseconds(time: number): string {
  return time < 100 ? time.toFixed(1) : Math.round(time).toLocaleString('en-US')
}

type Figure = (measurement: Measurement) => number

function cpuOf({ cpuMs }: Measurement): number {
  return cpuMs
}

function wallOf({ wallMs }: Measurement): number {
  return wallMs
}

function ratio(measurements: readonly Measurement[], [base]: readonly Series[], of: Figure): number {
  if (!base) throw new Error('There is nothing to compare with.')
  return median(measurements.map((measurement, round) => of(measurement) / of(base.measurements[round] ?? measurement)))
}

function medianOf(measurements: readonly Measurement[], of: Figure): number {
  return median(measurements.map(of))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
