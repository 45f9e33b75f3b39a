import { isAgentError } from '@x/types'
import { UnfinishedStep } from './journal.js'
import type { ClosableJournal, JournalCheck } from './journal-check.js'
import { dieIn, giving, reopened, stepOf } from './journal-check.js'
import { expect, expectSame, rejection } from './store-check.js'

/** What started and is not done. */
export const journalUnfinished: readonly JournalCheck[] = [
  {
    name: 'has the start of a step on record before its work begins',
    async run(context) {
      const journal = await context.open()
      let next: ClosableJournal | undefined
      let found: unknown
      const work = async () => {
        next = await reopened(context, journal)
        found = await next.step(stepOf('a'), giving('done again')).catch((error: unknown) => error)
        return { value: 'late', final: true }
      }
      await journal.step(stepOf('a'), work).catch(() => undefined)
      expect(found instanceof UnfinishedStep, `the next process got ${String(found)}, not UnfinishedStep`)
      await next?.close?.()
    },
  },
  {
    name: 'asks, fails, or runs an unfinished step again, as it is told',
    async run(context) {
      const journal = await dieIn(context, await context.open(), stepOf('a'))
      let runs = 0
      const work = async () => ({ value: ++runs, final: true })
      const asked = await rejection(journal.step(stepOf('a', 'ask'), work), 'ask')
      expect(asked instanceof UnfinishedStep, `ask rejected with ${String(asked)}, not UnfinishedStep`)
      const failed = await rejection(journal.step(stepOf('a', 'fail'), work), 'fail')
      const isRight = isAgentError(failed, 'journal') && failed.scope === 'run'
      expect(isRight, `fail rejected with ${String(failed)}, not AgentError journal of scope run`)
      expectSame(runs, 0, 'how often it ran before it was told to')
      expectSame(await journal.step(stepOf('a', 'run-again'), work), 1, 'run-again')
      expectSame(await journal.step(stepOf('a', 'ask'), work), 1, 'once it is done')
      await journal.close?.()
    },
  },
  {
    name: 'still takes a step for unfinished that ran again and died',
    async run(context) {
      const first = await dieIn(context, await context.open(), stepOf('a'))
      const second = await dieIn(context, first, stepOf('a', 'run-again'))
      const asked = await rejection(second.step(stepOf('a'), giving('done again')), 'ask')
      expect(asked instanceof UnfinishedStep, `ask rejected with ${String(asked)}, not UnfinishedStep`)
      await second.close?.()
    },
  },
  {
    name: 'keeps nothing of a step whose value is not final',
    async run(context) {
      const journal = await context.open()
      let runs = 0
      const work = (final: boolean) => async () => ({ value: ++runs, final })
      expectSame(await journal.step(stepOf('a'), work(false)), 1, 'the first time')
      expectSame(await journal.step(stepOf('a'), work(false)), 2, 'the second time')
      const next = await reopened(context, journal)
      expectSame(await next.step(stepOf('a'), work(true)), 3, 'the next process')
      expectSame(await next.step(stepOf('a'), work(true)), 3, 'once it is final')
      await next.close?.()
    },
  },
  {
    name: 'keeps no more than the start of a step that throws',
    async run(context) {
      const journal = await context.open()
      const error = new Error('It broke.')
      const work = async () => {
        throw error
      }
      const found = await rejection(journal.step(stepOf('a'), work), 'work that throws')
      expect(found === error, `it rejected with ${String(found)}, not with what the work threw`)
      const next = await reopened(context, journal)
      const asked = await rejection(next.step(stepOf('a'), giving('done again')), 'ask')
      expect(asked instanceof UnfinishedStep, `ask rejected with ${String(asked)}, not UnfinishedStep`)
      expectSame(await next.step(stepOf('a', 'run-again'), giving('done')), 'done', 'run-again')
      await next.close?.()
    },
  },
  {
    name: 'has steps that are done beside one that is not',
    async run(context) {
      const first = await context.open()
      await first.step(stepOf('before'), giving('before'))
      const journal = await dieIn(context, first, stepOf('a'))
      expectSame(await journal.step(stepOf('before'), giving('done again')), 'before', 'a step done before')
      expectSame(await journal.step(stepOf('after'), giving('after')), 'after', 'a step after')
      await journal.close?.()
    },
  },
]
