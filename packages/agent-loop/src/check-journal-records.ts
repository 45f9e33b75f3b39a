import type { JournalCheck } from './journal-check.js'
import { giving, reopened, stepOf } from './journal-check.js'
import { expect, expectSame } from './store-check.js'
import { oddNames, oddValues } from './store-samples.js'

/** What is done, and stays done. */
export const journalRecords: readonly JournalCheck[] = [
  {
    name: 'does a step once and gives what it gave',
    async run(context) {
      const journal = await context.open()
      let runs = 0
      const work = async () => ({ value: { number: ++runs }, final: true })
      expectSame(await journal.step(stepOf('a'), work), { number: 1 }, 'the first time')
      expectSame(await journal.step(stepOf('a'), work), { number: 1 }, 'the second time')
      const next = await reopened(context, journal)
      expectSame(await next.step(stepOf('a'), work), { number: 1 }, 'the next process')
      expectSame(runs, 1, 'how often it was done')
      await next.close?.()
    },
  },
  {
    name: 'has a value on record before it gives it out',
    async run(context) {
      for (let number = 0; number < 5; number++) {
        const journal = await context.open()
        await journal.step(stepOf(`${number}`), giving(number))
        const next = await reopened(context, journal)
        expectSame(await next.step(stepOf(`${number}`), giving('done again')), number, 'the next process')
        await next.close?.()
      }
    },
  },
  {
    name: 'keeps values as JSON does, large ones too',
    async run(context) {
      const journal = await context.open()
      const values = [...oddValues, 'large '.repeat(400_000)]
      await Promise.all(values.map((value, index) => journal.step(stepOf(`${index}`), giving({ value }))))
      const next = await reopened(context, journal)
      for (const [index, value] of values.entries()) {
        expectSame(await next.step(stepOf(`${index}`), giving('done again')), { value }, 'a value')
      }
      await next.close?.()
    },
  },
  {
    name: 'keeps a copy, and gives out copies',
    async run({ open }) {
      const journal = await open()
      const value = { text: 'as it was' }
      await journal.step(stepOf('a'), giving(value))
      value.text = 'changed'
      const read = await journal.step(stepOf('a'), giving({ text: 'done again' }))
      expectSame(read, { text: 'as it was' }, 'after what was written had been changed')
      read.text = 'changed'
      const again = await journal.step(stepOf('a'), giving({ text: 'done again' }))
      expectSame(again, { text: 'as it was' }, 'after what it gave had been changed')
      await journal.close?.()
    },
  },
  {
    name: 'lets steps work at the same time',
    async run(context) {
      const journal = await context.open()
      const count = 20
      let waiting = 0
      let start = () => {}
      const all = new Promise<void>((resolve) => {
        start = resolve
      })
      const work = (number: number) => async () => {
        waiting += 1
        if (waiting === count) start()
        await all
        return { value: number, final: true }
      }
      const numbers = Array.from({ length: count }, (_, number) => number)
      const values = await Promise.all(numbers.map((number) => journal.step(stepOf(`${number}`), work(number))))
      expectSame(values, numbers, 'their values')
      const next = await reopened(context, journal)
      const read = numbers.map((number) => next.step(stepOf(`${number}`), giving(-1)))
      expectSame(await Promise.all(read), numbers, 'their values in the next process')
      await next.close?.()
    },
  },
  {
    name: 'lets a step work inside another one',
    async run(context) {
      const journal = await context.open()
      const outer = async () => ({ value: await journal.step(stepOf('outer/inner'), giving('inner')), final: true })
      expectSame(await journal.step(stepOf('outer'), outer), 'inner', 'the value')
      const next = await reopened(context, journal)
      expectSame(await next.step(stepOf('outer/inner'), giving('done again')), 'inner', 'the inner value on record')
      await next.close?.()
    },
  },
  {
    name: 'takes any key and any run id, and takes none for another',
    async run(context) {
      const journal = await context.open()
      const steps = oddNames.flatMap((name) => [stepOf(name), stepOf('a', 'ask', name)])
      const keys = new Set(steps.map(({ key }) => key))
      for (const step of steps) await journal.step(step, giving(step.key))
      const next = await reopened(context, journal)
      for (const step of steps) expectSame(await next.step(step, giving('done again')), step.key, 'a value')
      expect(keys.size > oddNames.length, 'the names are too few')
      await next.close?.()
    },
  },
]
