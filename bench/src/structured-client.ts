import { measure } from './measure.js'
import { partialJsonTexts, toDeltas } from './partial-json-texts.js'
import type { StructuredSubjectName } from './structured-subjects.js'
import { structuredSubjects } from './structured-subjects.js'

/*
 * A process of its own for each subject and length. Arguments: URL, subject, length in characters, and how often it warms
 * up. A measurement is one answer, from the request to the checked value.
 */

const [, , url, name, length, warmUps] = process.argv
const text = partialJsonTexts.records(Number(length))
const deltas = toDeltas(text).length
const expected = JSON.stringify(JSON.parse(text))
const read = structuredSubjects[name as StructuredSubjectName](String(url))

for (let turn = 0; turn < Number(warmUps); turn++) await measureOnce()
process.on('message', async () => process.send?.(await measureOnce()))
process.once('disconnect', () => process.exit())
process.send?.('ready')

async function measureOnce() {
  let answer: Awaited<ReturnType<typeof read>> = { value: undefined, partials: 0 }
  const measurement = await measure(async () => {
    answer = await read()
  })
  if (JSON.stringify(answer.value) !== expected) throw new Error(`${name} read another value.`)
  // A delta may bring nothing new, and a very long open list is shown anew only as often as new text pays for it.
  if (answer.partials > 0 && answer.partials < deltas / 8)
    throw new Error(`${name} showed too little on the way: ${answer.partials} of ${deltas}.`)
  return measurement
}
