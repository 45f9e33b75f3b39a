import type { SubjectName } from './subjects.js'
import { subjects } from './subjects.js'
import { deltaCount, deltaText } from './workload.js'

/*
 * A process of its own for each subject, so that none warms up or litters the heap for another. Arguments: subject and
 * URL. It reads some streams to warm up, says that it is ready, and measures one stream for each message it gets.
 */

/** User and system time of the whole process, and time on the clock, for one stream. */
export interface Measurement {
  readonly cpuMs: number
  readonly wallMs: number
}

// With 10, the agent loop still costs half as much again as it does once V8 has settled.
const warmUpStreams = 40
const [, , name, url] = process.argv
const readStream = subjects[name as SubjectName](String(url))

for (let stream = 0; stream < warmUpStreams; stream++) await readWhole()
process.on('message', async () => process.send?.(await measure()))
process.once('disconnect', () => process.exit())
process.send?.('ready')

async function measure(): Promise<Measurement> {
  const cpuBefore = process.cpuUsage()
  const before = performance.now()
  await readWhole()
  const wallMs = performance.now() - before
  const { user, system } = process.cpuUsage(cpuBefore)
  return { cpuMs: (user + system) / 1000, wallMs }
}

async function readWhole(): Promise<void> {
  const { deltas, characters } = await readStream()
  const expected = deltaCount * deltaText.length
  if (characters !== expected)
    throw new Error(`${name} gave ${characters} of ${expected} characters, in ${deltas} deltas.`)
}
