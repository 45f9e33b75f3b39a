import { measure } from './measure.js'
import type { PartialJsonSubjectName } from './partial-json-subjects.js'
import { partialJsonSubjects } from './partial-json-subjects.js'
import type { PartialJsonShape } from './partial-json-texts.js'
import { partialJsonTexts, toDeltas } from './partial-json-texts.js'

/*
 * A process of its own for each subject, shape and length. Arguments: subject, shape, length in characters, and how
 * often it warms up. A measurement is one text, from its first delta to the whole value.
 */

const [, , name, shape, length, warmUps] = process.argv
const subject = partialJsonSubjects[name as PartialJsonSubjectName]
const text = partialJsonTexts[shape as PartialJsonShape](Number(length))
const deltas = toDeltas(text)
const expected = JSON.stringify(JSON.parse(text))

for (let turn = 0; turn < Number(warmUps); turn++) await measureOnce()
process.on('message', async () => process.send?.(await measureOnce()))
process.once('disconnect', () => process.exit())
process.send?.('ready')

async function measureOnce() {
  let value: unknown
  const measurement = await measure(async () => {
    value = await subject(deltas)
  })
  if (JSON.stringify(value) !== expected) throw new Error(`${name} read ${shape} wrongly.`)
  return measurement
}
