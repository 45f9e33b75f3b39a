import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Child } from './child.js'
import { startChild } from './child.js'
import type { Measurement } from './client.js'
import type { Series } from './report.js'
import { toReport } from './report.js'
import { subjects } from './subjects.js'

/*
 * Measures all subjects in turn, round after round, so that whatever else the machine does hits all of them alike.
 * `--rounds <n>` (default 15); `--write` puts the table into README.md.
 */

const { values } = parseArgs({ options: { rounds: { type: 'string' }, write: { type: 'boolean' } } })
const rounds = Number(values.rounds ?? 15)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number of at least 1.')

const children: Child[] = []
try {
  const report = toReport(await measureAll(), rounds)
  console.log(report)
  if (values.write) writeReport(report)
} finally {
  for (const child of children) child.stop()
}

async function measureAll(): Promise<Series[]> {
  const { url } = (await start(new URL('./endpoint.js', import.meta.url))).first as { url: string }
  const series: { name: string; child: Child; measurements: Measurement[] }[] = []
  for (const name of Object.keys(subjects)) {
    const { child } = await start(new URL('./client.js', import.meta.url), name, url)
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

function writeReport(report: string): void {
  const path = new URL('../README.md', import.meta.url)
  const readme = readFileSync(path, 'utf8')
  const place = /(?<=<!-- results -->\n).*(?=<!-- \/results -->)/s
  if (!place.test(readme)) throw new Error('README.md has lost its marks for the results.')
  writeFileSync(
    path,
    readme.replace(place, () => `\n${report}\n\n`),
  )
}
