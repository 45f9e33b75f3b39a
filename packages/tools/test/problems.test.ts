import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { AnySchema } from '../src/index.js'
import { problemsText, validate } from '../src/schema.js'

async function problems(schema: AnySchema, value: unknown) {
  const outcome = await validate(schema, value)
  return outcome.valid ? [] : outcome.problems
}

describe('the problems of a failed validation', () => {
  it('name the nearest alternative of a union: zod', async () => {
    const schema = z.object({ u: z.union([z.string(), z.object({ a: z.number(), b: z.object({ c: z.boolean() }) })]) })
    expect(await problems(schema, { u: { a: 1, b: { c: 'SECRET' } } })).toEqual([
      { path: 'u.b.c', message: 'Invalid input: expected boolean, received string' },
    ])
    expect(await problems(schema, { u: 7 })).toEqual([
      {
        path: 'u',
        message: 'Invalid input: expected string, received number or Invalid input: expected object, received number',
      },
    ])
  })

  it('name the nearest alternative of a union: valibot', async () => {
    const schema = v.object({ u: v.union([v.string(), v.object({ a: v.number() })]) })
    expect(await problems(schema, { u: { a: 'SECRET' } })).toEqual([{ path: 'u.a', message: 'expected number' }])
    expect(await problems(schema, { u: 7 })).toEqual([{ path: 'u', message: 'expected string or expected Object' }])
  })

  it('name the nearest alternative of a union: arktype', async () => {
    const schema = type({ u: type({ x: 'number' }).or({ y: 'string' }) })
    expect(await problems(schema, { u: { x: 'SECRET' } })).toEqual([{ path: 'u.x', message: 'must be a number' }])
  })

  it('keep the words of the schema but not the value', async () => {
    const valibotSchema = v.object({
      a: v.pipe(
        v.string(),
        v.check(() => false),
      ),
      b: v.pipe(
        v.string(),
        v.check(() => false, 'No weekends.'),
      ),
    })
    expect(await problems(valibotSchema, { a: 'SECRET', b: 'SECRET' })).toEqual([
      { path: 'a', message: 'does not pass the check "check"' },
      { path: 'b', message: 'No weekends.' },
    ])
    const arktypeSchema = type({ a: 'number % 2 & number > 3', b: 'string.email' })
    expect(await problems(arktypeSchema, { a: 1, b: 'SECRET' })).toEqual([
      { path: 'a', message: 'must be even and must be more than 3' },
      { path: 'b', message: 'must be an email address' },
    ])
  })

  it('say what is missing and what is too much: valibot', async () => {
    expect(await problems(v.strictObject({ a: v.number() }), { extra: 'SECRET' })).toEqual([
      { path: 'a', message: 'is missing' },
      { path: 'extra', message: 'is not allowed here' },
    ])
  })

  it('leave a message out that quotes the value, for libraries that are not known', async () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'acme',
        validate: () => ({
          issues: [
            { message: 'got SECRET', path: [{ key: 'a' }] },
            { message: 'too small', path: ['b', 0] },
          ],
        }),
      },
    }
    expect(await problems(schema, { a: 'SECRET', b: [1] })).toEqual([
      { path: 'a', message: 'is not valid' },
      { path: 'b[0]', message: 'too small' },
    ])
  })

  it('are told in at most 8 short lines', () => {
    const many = Array.from({ length: 11 }, (_, index) => ({
      path: `list[${index}]${'x'.repeat(300)}`,
      message: 'bad',
    }))
    const lines = problemsText(many).split('\n')
    expect(lines).toHaveLength(9)
    expect(lines[8]).toBe('- and 3 more')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(120)
    expect(problemsText([{ path: '', message: 'bad' }])).toBe('- the whole value: bad')
  })
})
