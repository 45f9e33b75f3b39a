import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Child } from './child.js'
import { startChild } from './child.js'
import { historySubjects } from './history-subjects.js'
import type { Measurement } from './measure.js'
import { measurePartialJson } from './partial-json-workload.js'
import type { Series } from './report.js'
import { machine, toHistoryReport, toStreamReport, toTelemetryReport } from './report.js'
import { measureStructured } from './structured-workload.js'
import { subjects } from './subjects.js'
import { telemetrySubjects } from './telemetry-subjects.js'
import { deltaCount } from './workload.js'

/*
 * Measures all subjects in turn, round after round, so that whatever else the machine does hits all of them alike.
 * `--rounds <n>` (default 15); `--only stream`, `telemetry`, `history`, `partial-json` or `structured` measures one of the
 * five; `--write` puts the tables of what was measured into README.md.
 */

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, only: { type: 'string' }, write: { type: 'boolean' } },
})
const rounds = Number(values.rounds ?? 15)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number of at least 1.')
const pastTurns = [0, 100, 500]

const workloads: Readonly<Record<string, () => Promise<string>>> = {
  async stream() {
    const file = new URL('./client.js', import.meta.url)
    return toStreamReport(await measureAll(deltaCount, file, Object.keys(subjects), []))
  },
  async telemetry() {
    const file = new URL('./client.js', import.meta.url)
    return toTelemetryReport(await measureAll(deltaCount, file, Object.keys(telemetrySubjects), []))
  },
  async history() {
    const file = new URL('./history-client.js', import.meta.url)
    const lengths: Series[][] = []
    for (const turns of pastTurns) {
      lengths.push(await measureAll(1, file, Object.keys(historySubjects), [String(turns)]))
    }
    return toHistoryReport(pastTurns, lengths)
  },
  'partial-json': () => measurePartialJson(start, rounds),
  structured: () => measureStructured(start, rounds),
}
if (values.only !== undefined && !(values.only in workloads)) {
  throw new Error(`--only takes one of ${Object.keys(workloads).join(', ')}.`)
}

const children: Child[] = []
for (const [name, run] of Object.entries(workloads)) {
  if (values.only !== undefined && values.only !== name) continue
  try {
    const report = `${machine()}; medians of ${rounds} rounds.\n\n${await run()}`
    console.log(`${report}\n`)
    if (values.write) writeReport(name, report)
  } finally {
    for (const child of children.splice(0)) child.stop()
  }
}

async function measureAll(deltas: number, file: URL, names: readonly string[], more: readonly string[]) {
  const { url } = (await start(new URL('./endpoint.js', import.meta.url), String(deltas))).first as { url: string }
  const series: { name: string; child: Child; measurements: Measurement[] }[] = []
  for (const name of names) {
    const { child } = await start(file, name, url, ...more)
    series.push({ name, child, measurements: [] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const { child, measurements } of series) measurements.push((await child.ask('measure')) as Measurement)
  }
  return series
}

async function start(file: URL, ...args: string[]) {
  const started = await startChild(file, args)
  children.push(started.child)
  return started
}

function writeReport(name: string, report: string): void {
  const path = new URL('../README.md', import.meta.url)
  const readme = readFileSync(path, 'utf8')
  const place = new RegExp(`(?<=<!-- ${name} -->\\n).*(?=<!-- /${name} -->)`, 's')
  if (!place.test(readme)) throw new Error(`README.md has lost its marks for the results of ${name}.`)
  writeFileSync(
    path,
    readme.replace(place, () => `\n${report}\n\n`),
  )
}
