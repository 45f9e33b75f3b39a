import type { Child } from './child.js'
import type { Measurement } from './measure.js'
import type { Series } from './report.js'
import { toGrowthReport } from './report.js'
import { structuredSubjects } from './structured-subjects.js'

type Start = (file: URL, ...args: string[]) => Promise<{ child: Child; first: unknown }>

const lengths = [250_000, 500_000, 1_000_000]
const warmUps = 5

/** A typed answer of three lengths. One subject after the other: beside it runs the endpoint alone. */
export async function measureStructured(start: Start, rounds: number): Promise<string> {
  const rows = Object.keys(structuredSubjects).map((name) => ({ name, lengths: [] as Series[] }))
  for (const length of lengths) {
    const endpoint = await start(new URL('./endpoint.js', import.meta.url), 'records', String(length))
    const { url } = endpoint.first as { url: string }
    for (const row of rows) {
      const args = [url, row.name, String(length), String(warmUps)]
      const { child } = await start(new URL('./structured-client.js', import.meta.url), ...args)
      const measurements: Measurement[] = []
      for (let round = 0; round < rounds; round++) measurements.push((await child.ask('measure')) as Measurement)
      child.stop()
      row.lengths.push({ name: row.name, measurements })
    }
    endpoint.child.stop()
  }
  return toGrowthReport(lengths, rows)
}
