import type { JsonValue } from '@x/types'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { dialects } from '../src/dialects.js'
import { compileSchema } from '../src/schema.js'

const allRequired = { ...dialects.strict, allRequired: true }

describe('restore', () => {
  it('takes back maps, tuples and wrapping, whatever they stand in', () => {
    const schema = z.array(z.object({ at: z.record(z.string(), z.tuple([z.number(), z.string()]).rest(z.boolean())) }))
    const { restore } = compileSchema(schema, 'strict')
    const written = { value: [{ at: [{ key: 'x', value: { 0: 1, 1: 'a', rest: [true] } }] }, { at: [] }] }
    expect(restore(written)).toEqual([{ at: { x: [1, 'a', true] } }, { at: {} }])
  })

  it('leaves an object that is no tuple to be refused', async () => {
    const schema = {
      type: 'object',
      properties: { t: { type: 'array', prefixItems: [{ type: 'string' }], items: false } },
    }
    const { validate } = compileSchema(schema, 'strict')
    expect(await validate({ t: { 0: 'a' } })).toMatchObject({ valid: true, value: { t: ['a'] } })
    expect(await validate({ t: {} })).toMatchObject({ valid: true, value: { t: [] } })
    expect(await validate({ t: { name: 'a' } })).toMatchObject({ valid: false })
  })

  it('takes null for a member left out, where null is not a value of its own', () => {
    const schema = z.object({ a: z.string().optional(), b: z.string().nullable().optional(), c: z.string() })
    const { restore, jsonSchema } = compileSchema(schema, allRequired)
    expect(jsonSchema.required).toEqual(['a', 'b', 'c'])
    expect(restore({ a: null, b: null, c: 'x' })).toEqual({ b: null, c: 'x' })
  })

  it('tells the alternatives of a choice apart by their fixed values and shapes', () => {
    const schema = z.object({
      u: z.union([
        z.object({ kind: z.literal('map'), data: z.record(z.string(), z.number()) }),
        z.object({ kind: z.literal('mapping'), data: z.array(z.object({ key: z.string(), value: z.number() })) }),
      ]),
      v: z.union([z.record(z.string(), z.boolean()), z.array(z.string())]),
    })
    const { restore } = compileSchema(schema, 'strict')
    const data = [{ key: 'a', value: 1 }]
    const at = (u: JsonValue, v: JsonValue) => restore({ u, v })
    expect(at({ kind: 'map', data }, [{ key: 'x', value: true }])).toEqual({
      u: { kind: 'map', data: { a: 1 } },
      v: { x: true },
    })
    expect(at({ kind: 'mapping', data }, ['x'])).toEqual({ u: { kind: 'mapping', data }, v: ['x'] })
  })

  it('leaves out what cannot be placed yet of a value that is still being written', () => {
    const schema = z.object({ m: z.record(z.string(), z.array(z.number())), t: z.tuple([z.string(), z.string()]) })
    const { restore, validate } = compileSchema(schema, 'strict')
    const snapshots = [
      [{}, {}],
      [{ m: [] }, { m: {} }],
      [{ m: [{}] }, { m: {} }],
      [{ m: [{ key: 'a' }] }, { m: {} }],
      [{ m: [{ key: 'a', value: [1] }, { key: 'b' }] }, { m: { a: [1] } }],
      [
        { m: [{ key: 'a', value: [1] }], t: {} },
        { m: { a: [1] }, t: [] },
      ],
      [
        { m: [{ key: 'a', value: [1] }], t: { 0: 'x' } },
        { m: { a: [1] }, t: ['x'] },
      ],
    ] as const
    for (const [written, value] of snapshots) expect(restore(written)).toEqual(value)
    expect(compileSchema(z.array(z.string())).restore({})).toBeUndefined()
    // At the end such an entry is an error and not dropped in silence.
    const done = validate({ m: [{ key: 'a' }], t: { 0: 'x', 1: 'y' } })
    return expect(done).resolves.toMatchObject({ valid: false, problems: [{ path: 'm' }] })
  })

  it('gives the same object for what needs nothing and for what it has seen, so that snapshots stay cheap', () => {
    const schema = z.object({
      plain: z.array(z.object({ a: z.number() })),
      m: z.array(z.record(z.string(), z.number())),
    })
    const { restore } = compileSchema(schema, 'strict')
    const plain = [{ a: 1 }]
    expect((restore({ plain, m: [] }) as { plain: unknown }).plain).toBe(plain)
    const closed = [{ key: 'k', value: 1 }]
    const first = restore({ plain, m: [closed] }) as { m: unknown[] }
    const second = restore({ plain, m: [closed, []] }) as { m: unknown[] }
    expect(second.m[0]).toBe(first.m[0])
    expect(first.m[0]).toEqual({ k: 1 })
  })

  it('stays linear over the snapshots of a long list, choices included', () => {
    const entry = z.union([
      z.object({ k: z.literal('a'), m: z.record(z.string(), z.number()) }),
      z.object({ k: z.literal('b') }),
    ])
    const { restore } = compileSchema(z.object({ list: z.array(entry) }), 'strict')
    let reads = 0
    const ownKeys = (value: object) => {
      reads += 1
      return Reflect.ownKeys(value)
    }
    const watched = (value: object) => new Proxy(value, { ownKeys })
    const items = Array.from({ length: 300 }, () => watched({ k: 'a', m: [watched({ key: 'x', value: 1 })] }))
    for (let count = 1; count <= items.length; count++) restore({ list: items.slice(0, count) } as never)
    expect(reads).toBeLessThan(items.length * 10)
    // The choice itself is still open here, and is made anew for each snapshot.
    const open = compileSchema(z.object({ u: z.union([z.array(entry), z.array(z.string())]) }), 'strict')
    const fresh = Array.from({ length: 300 }, () => watched({ k: 'a', m: [watched({ key: 'x', value: 1 })] }))
    reads = 0
    for (let count = 1; count <= fresh.length; count++) open.restore({ u: fresh.slice(0, count) } as never)
    expect(reads).toBeLessThan(fresh.length * 30)
  })

  it('keeps a key that would set a prototype as a member', () => {
    const { restore } = compileSchema(z.object({ m: z.record(z.string(), z.number()) }), 'strict')
    const restored = restore({ m: [{ key: '__proto__', value: 1 }] }) as { m: object }
    expect(Object.keys(restored.m)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(restored.m)).toBe(Object.prototype)
  })

  it('follows a schema that holds itself', () => {
    const schema = {
      type: 'object',
      properties: { tags: { type: 'object', additionalProperties: { type: 'string' } }, next: { $ref: '#' } },
      required: ['tags'],
    }
    const { restore } = compileSchema(schema, { closedObjects: true })
    const tags = [{ key: 'a', value: 'x' }]
    expect(restore({ tags, next: { tags, next: { tags: [] } } })).toEqual({
      tags: { a: 'x' },
      next: { tags: { a: 'x' }, next: { tags: {} } },
    })
    const named = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/x~1y%20z' } },
      $defs: { 'x/y z': schema.properties.tags },
    }
    expect(compileSchema(named, 'strict').restore({ a: tags })).toEqual({ a: { a: 'x' } })
    const root = { type: 'array', items: { anyOf: [{ type: 'object', additionalProperties: { $ref: '#' } }] } }
    expect(compileSchema(root, { closedObjects: true }).restore({ value: [[{ key: 'a', value: [[]] }]] })).toEqual([
      { a: [{}] },
    ])
  })
})
