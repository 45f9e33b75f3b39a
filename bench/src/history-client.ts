import type { HistorySubjectName } from './history-subjects.js'
import { historySubjects } from './history-subjects.js'
import { measure } from './measure.js'
import { deltaText } from './workload.js'

/*
 * A process of its own for each subject and each length of history. Arguments: subject, URL, and the number of past
 * turns. A measurement is the mean of some turns, each longer by one than the one before, in a conversation of its own
 * whose past was sent before: the turn that follows on another is what an agent pays for again and again.
 */

const turnsMeasured = 20
const warmUpConversations = 15
const [, , name, url, past] = process.argv
const begin = historySubjects[name as HistorySubjectName](String(url))
const pastTurns = Number(past)

for (let conversation = 0; conversation < warmUpConversations; conversation++) await measureTurns()
process.on('message', async () => process.send?.(await measureTurns()))
process.once('disconnect', () => process.exit())
process.send?.('ready')

async function measureTurns() {
  const conversation = begin()
  for (let turn = 0; turn < pastTurns; turn++) conversation.grow(turn)
  const send = async () => {
    const characters = await conversation.send()
    if (characters !== deltaText.length)
      throw new Error(`${name} gave ${characters} of ${deltaText.length} characters.`)
  }
  await send()
  const { cpuMs, wallMs } = await measure(async () => {
    for (let turn = 0; turn < turnsMeasured; turn++) {
      conversation.grow(pastTurns + turn)
      await send()
    }
  })
  return { cpuMs: cpuMs / turnsMeasured, wallMs: wallMs / turnsMeasured }
}
