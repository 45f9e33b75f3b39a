import type { Child } from './child.js'
import type { Measurement } from './measure.js'
import type { PartialJsonSubjectName } from './partial-json-subjects.js'
import { partialJsonSubjects } from './partial-json-subjects.js'
import { partialJsonTexts } from './partial-json-texts.js'
import type { Series } from './report.js'
import { toGrowthReport, toShapeReport } from './report.js'

type Start = (file: URL, ...args: string[]) => Promise<{ child: Child }>

const comparedLength = 100_000
const lengths = [100_000, 250_000, 500_000, 1_000_000]
/** Their time grows with the square of the length: one measurement takes seconds, and warms up as it goes. */
const quadratic: readonly PartialJsonSubjectName[] = [
  'partial-json, the whole text each',
  'JSON.parse, the whole text each',
]
const ours: readonly PartialJsonSubjectName[] = [
  'PartialJsonParser, no snapshots',
  'PartialJsonParser, a snapshot each',
]

/** Two tables: all subjects at one length, and ours at four. One process after the other: nothing runs beside it. */
export async function measurePartialJson(start: Start, rounds: number): Promise<string> {
  const shapes = Object.keys(partialJsonTexts)
  const series = async (name: string, shape: string, length: number): Promise<Series> => {
    const isQuadratic = quadratic.includes(name as PartialJsonSubjectName)
    const args = [name, shape, String(length), String(isQuadratic ? 0 : warmUps)]
    const { child } = await start(new URL('./partial-json-client.js', import.meta.url), ...args)
    const measurements: Measurement[] = []
    for (let round = 0; round < (isQuadratic ? 1 : rounds); round++) {
      measurements.push((await child.ask('measure')) as Measurement)
    }
    child.stop()
    return { name, measurements }
  }
  const compared: Series[][] = []
  for (const name of Object.keys(partialJsonSubjects)) {
    compared.push(await inTurn(shapes, (shape) => series(name, shape, comparedLength)))
  }
  const growth: { name: string; lengths: Series[] }[] = []
  for (const name of ours) {
    for (const shape of shapes) {
      const [, detail] = name.split(', ')
      growth.push({
        name: `${shape}, ${detail}`,
        lengths: await inTurn(lengths, (length) => series(name, shape, length)),
      })
    }
  }
  return `${toShapeReport(shapes, compared)}\n\n${toGrowthReport(lengths, growth)}`
}

const warmUps = 20

async function inTurn<Input, Output>(inputs: readonly Input[], work: (input: Input) => Promise<Output>) {
  const outputs: Output[] = []
  for (const input of inputs) outputs.push(await work(input))
  return outputs
}
