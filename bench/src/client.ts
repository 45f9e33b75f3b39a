import { measure } from './measure.js'
import type { Subject } from './subjects.js'
import { subjects } from './subjects.js'
import { telemetrySubjects } from './telemetry-subjects.js'
import { deltaCount, deltaText } from './workload.js'

/*
 * A process of its own for each subject, so that none warms up or litters the heap for another. Arguments: subject and
 * URL. It reads some streams to warm up, says that it is ready, and measures one stream for each message it gets.
 */

// With 10, the agent loop still costs half as much again as it does once V8 has settled.
const warmUpStreams = 40
const [, , name, url] = process.argv
const all: Readonly<Record<string, Subject>> = { ...subjects, ...telemetrySubjects }
const subject = all[String(name)]
if (!subject) throw new Error(`There is no subject named ${name}.`)
const readStream = subject(String(url))

for (let stream = 0; stream < warmUpStreams; stream++) await readWhole()
process.on('message', async () => process.send?.(await measure(readWhole)))
process.once('disconnect', () => process.exit())
process.send?.('ready')

async function readWhole(): Promise<void> {
  const { deltas, characters } = await readStream()
  const expected = deltaCount * deltaText.length
  if (characters !== expected)
    throw new Error(`${name} gave ${characters} of ${expected} characters, in ${deltas} deltas.`)
}
