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
