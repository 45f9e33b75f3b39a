import { compileSchema, memberSchema, toJsonSchema, validate } from '@x/tools/schema'
import type { AssistantPart, JsonValue } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { Maybe } from '../src/client.js'
import { fromModel, listOf, maybe } from '../src/client.js'
import { memberOf } from '../src/composed-schema.js'

const user = z.object({ name: z.string().transform((name) => name.toUpperCase()) })
const messages = [{ role: 'user', content: 'Who?' }] as const
const call = (input: JsonValue): AssistantPart => ({ type: 'tool-call', id: 'c', name: 'answer', input })
const problemsOf = async (value: unknown) => {
  const checked = await validate(maybe(user), value)
  return checked.valid ? [] : checked.problems.map(({ path, message }) => `${path}: ${message}`)
}

describe('maybe', () => {
  it('gives what was asked for, checked and transformed, or why it is not there', async () => {
    const answers = [
      { result: { name: 'Ada' }, error: false, message: null },
      { result: null, error: true, message: 'Nobody.' },
      { error: true, message: 'Nobody.' },
    ]
    const client = fromModel(scriptedModel(answers.map((answer) => [call(answer)])))
    const first = await client.create({ schema: maybe(user), messages })
    expectTypeOf(first).toEqualTypeOf<Maybe<{ name: string }>>()
    if (!first.error) expectTypeOf(first.result).toEqualTypeOf<{ name: string }>()
    else expectTypeOf(first.message).toEqualTypeOf<string>()
    expect(first).toEqual({ result: { name: 'ADA' }, error: false, message: null })
    const nobody = { result: null, error: true, message: 'Nobody.' }
    expect(await client.create({ schema: maybe(user), messages })).toEqual(nobody)
    expect(await client.create({ schema: maybe(user), messages })).toEqual(nobody)
  })

  it('takes neither a result that is wrong nor the lack of both', async () => {
    expect(await problemsOf({ result: { name: 5 }, error: false })).toMatchObject([
      expect.stringMatching(/^result.name: /),
    ])
    expect(await problemsOf({ error: false })).toMatchObject([expect.stringMatching(/^result: /)])
    expect(await problemsOf({ result: null, error: true, message: ' ' })).toMatchObject([
      expect.stringMatching(/^message: /),
    ])
    expect(await problemsOf({ result: { name: 'Ada' } })).toMatchObject([expect.stringMatching(/^error: /)])
    expect(await problemsOf('Ada')).toMatchObject([expect.stringMatching(/^: must be an object/)])
  })

  it.each(['plain', 'strict'] as const)('can be said in the dialect %s', (dialect) => {
    expect(compileSchema(maybe(user), dialect).jsonSchema).toMatchObject({
      type: 'object',
      properties: { result: { anyOf: [{ properties: { name: { type: 'string' } } }, { type: 'null' }] } },
    })
  })

  it('shows its result while it is written', async () => {
    const answer = { result: { name: 'Ada' }, error: false }
    const client = fromModel(scriptedModel([[call(answer)]], { deltaLength: 4 }))
    const pieces = []
    for await (const piece of client.createPartial({ schema: maybe(user), messages })) pieces.push(piece)
    expect(pieces).toContainEqual({ result: { name: 'Ada' } })
    expect(pieces.at(-1)).toEqual({ result: { name: 'ADA' }, error: false, message: null })
  })
})

describe('listOf', () => {
  it.each([
    ['zod', z.object({ n: z.string().transform(Number) })],
    ['valibot', v.object({ n: v.pipe(v.string(), v.transform(Number)) })],
    ['arktype', type({ n: 'string.numeric.parse' })],
  ])('checks every item by the schema of %s', async (_vendor, item) => {
    const list = listOf(item)
    expect(await validate(list, [{ n: '1' }, { n: '2' }])).toEqual({ valid: true, value: [{ n: 1 }, { n: 2 }] })
    const checked = await validate(list, [{ n: '1' }, {}, { n: 2 }])
    expect(checked.valid ? [] : checked.problems.map(({ path }) => path)).toEqual(['[1].n', '[2].n'])
    expect(await validate(list, { n: '1' })).toMatchObject({ valid: false })
    expect(toJsonSchema(list)).toMatchObject({ type: 'array', items: { type: 'object', required: ['n'] } })
    expect(memberOf(list, 3)).toBe(item)
    expect(memberOf(list, 'n')).toBeUndefined()
  })

  it('says what holds itself or has definitions, wherever they stand', async () => {
    const item = {
      type: 'object',
      properties: { name: { $ref: '#/$defs/name' }, children: { type: 'array', items: { $ref: '#' } } },
      required: ['name'],
      $defs: { name: { type: 'string' } },
    }
    expect(toJsonSchema(listOf(item))).toEqual({
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { $ref: '#/$defs/name' }, children: { type: 'array', items: { $ref: '#/items' } } },
        required: ['name'],
      },
      $defs: { name: { type: 'string' } },
    })
    const { jsonSchema } = compileSchema(maybe(listOf(item)))
    const tree = [{ name: 'a', children: [{ name: 'b' }] }]
    expect(await validate(jsonSchema, { result: tree, error: false })).toMatchObject({ valid: true })
    expect(await validate(jsonSchema, { result: [{ name: 'a', children: [{}] }], error: false })).toMatchObject({
      valid: false,
    })
    expect(await validate(listOf(item), [{ name: 5 }])).toMatchObject({ valid: false })
  })

  it('is made once for each item, and of schemas alone', () => {
    expect(listOf(user)).toBe(listOf(user))
    for (const make of [listOf, maybe]) {
      expect(() => make(undefined as unknown as typeof user)).toThrow('An answer needs a schema.')
    }
  })

  it('leaves other schemas to their libraries', () => {
    expect(memberOf(user, 'name')).toBe(memberSchema(user, 'name'))
  })
})
