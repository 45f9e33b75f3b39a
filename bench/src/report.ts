import { cpus } from 'node:os'
import type { Measurement } from './client.js'
import { deltaCount } from './workload.js'

/** Measurements of one subject, one a round. */
export interface Series {
  readonly name: string
  readonly measurements: readonly Measurement[]
}

/** A Markdown table; ratios are medians of the ratios within a round, against the first series. */
export function toReport(series: readonly Series[], rounds: number): string {
  const [base] = series
  if (!base) throw new Error('There is nothing to report.')
  const date = new Date().toISOString().slice(0, 10)
  const rows = series.map(({ name, measurements }) => {
    const ratio = (of: (measurement: Measurement) => number) =>
      median(measurements.map((measurement, round) => of(measurement) / of(base.measurements[round] ?? measurement)))
    const cpuMs = median(measurements.map(({ cpuMs }) => cpuMs))
    const wallMs = median(measurements.map(({ wallMs }) => wallMs))
    const cells = [
      name,
      ((cpuMs * 1000) / deltaCount).toFixed(1),
      ratio(({ cpuMs }) => cpuMs).toFixed(2),
      wallMs.toFixed(1),
      ratio(({ wallMs }) => wallMs).toFixed(2),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    `${date}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ${process.platform}; medians of ${rounds} rounds.`,
    '',
    '| one stream of 5,000 deltas | CPU us/delta | CPU x raw | wall ms | wall x raw |',
    '|---|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
