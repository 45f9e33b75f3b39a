import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { validate } from '../src/validate.js'

describe.each([
  ['zod', (check: () => Promise<boolean>) => z.object({ a: z.string().refine(check) })],
  ['zod/mini', (check: () => Promise<boolean>) => mini.object({ a: mini.string().check(mini.refine(check)) })],
])('an async check of %s', (_name, schema) => {
  test('runs once', async () => {
    let runs = 0
    const checked = await validate(
      schema(async () => {
        runs += 1
        return true
      }),
      { a: 'x' },
    )
    expect([checked.valid, runs]).toEqual([true, 1])
  })

  test('that rejects counts as not fitting, and leaves nothing behind that ends the process', async () => {
    const unheard: unknown[] = []
    const listen = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', listen)
    const checked = await validate(
      schema(async () => {
        throw new Error('the database is away')
      }),
      { a: 'x' },
    )
    await new Promise((resolve) => setTimeout(resolve, 10))
    process.off('unhandledRejection', listen)
    expect(checked).toMatchObject({ valid: false, cause: { message: 'the database is away' } })
    expect(unheard).toEqual([])
  })

  test('that says no gives a problem with its path', async () => {
    const checked = await validate(
      schema(async () => false),
      { a: 'x' },
    )
    expect(checked).toMatchObject({ valid: false, problems: [{ path: 'a' }] })
  })
})

test('a transform is kept', async () => {
  const schema = z.object({ n: z.string().transform(Number) })
  expect(await validate(schema, { n: '3' })).toEqual({ valid: true, value: { n: 3 } })
})
