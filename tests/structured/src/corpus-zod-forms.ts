import { z } from 'zod'
import type { CorpusCase } from './corpus.js'

interface Tree {
  name: string
  children: Tree[]
}
const tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get children() {
    return z.array(tree)
  },
})

type Expression = number | { op: '+' | '*'; args: Expression[] }
const expression: z.ZodType<Expression> = z.lazy(() =>
  z.union([z.number(), z.object({ op: z.enum(['+', '*']), args: z.array(expression) })]),
)

interface Link {
  value: string
  next?: Link | undefined
}
const link: z.ZodType<Link> = z.object({
  value: z.string(),
  get next() {
    return link.optional()
  },
})

const point = z.object({ x: z.number(), y: z.number() })
const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), centre: point, radius: z.number().positive() }),
  z.object({ kind: z.literal('polygon'), points: z.array(point).min(3) }),
  z.object({ kind: z.literal('group'), members: z.record(z.string(), point) }),
])
const odd = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}')

/** What schema languages can say, one thing each. */
export const forms: readonly CorpusCase[] = [
  ['an empty object', z.object({}), {}],
  ['a list at the root', z.array(z.object({ name: z.string() })), [{ name: 'Ada' }, { name: 'Bo' }]],
  ['an empty list at the root', z.array(z.string()), []],
  ['a list of lists at the root', z.array(z.array(z.number())), [[1, 2], [], [3]]],
  ['a text at the root', z.string().min(1), 'one\ntwo "three" \\ €😀'],
  ['a number at the root', z.number(), -12.5e-3],
  ['a whole number at the root', z.int().min(1).max(10), 7],
  ['a boolean at the root', z.boolean(), false],
  ['null at the root', z.null(), null],
  ['an enum at the root', z.enum(['red', 'green', 'blue']), 'green'],
  ['a literal at the root', z.literal('done'), 'done'],
  ['a choice of literals', z.literal(['a', 1, true, null]), 1],
  ['a nullable object at the root', z.object({ a: z.string() }).nullable(), { a: 'x' }],
  ['null for a nullable object at the root', z.object({ a: z.string() }).nullable(), null],
  ['a union at the root', z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]), { b: 4 }],
  ['a union of a list and an object at the root', z.union([z.array(z.string()), z.object({ a: z.string() })]), ['x']],
  ['a discriminated union at the root', shape, { kind: 'circle', centre: { x: 0, y: -1 }, radius: 2 }],
  [
    'discriminated unions in a list',
    z.object({ shapes: z.array(shape) }),
    {
      shapes: [
        {
          kind: 'polygon',
          points: [
            { x: 0, y: 0 },
            { x: 1, y: 0 },
            { x: 0, y: 1 },
          ],
        },
        { kind: 'group', members: { a: { x: 1, y: 2 } } },
      ],
    },
  ],
  ['a map at the root', z.record(z.string(), z.number()), { one: 1, two: 2 }],
  ['an empty map', z.object({ scores: z.record(z.string(), z.number()) }), { scores: {} }],
  [
    'a map of maps of lists',
    z.object({ index: z.record(z.string(), z.record(z.string(), z.array(z.string()))) }),
    { index: { a: { b: ['c', 'd'], e: [] }, f: {} } },
  ],
  [
    'a map with fixed keys',
    z.object({ votes: z.record(z.enum(['yes', 'no']), z.int()) }),
    { votes: { yes: 3, no: 1 } },
  ],
  [
    'a map of which only some of the fixed keys are there',
    z.object({ votes: z.partialRecord(z.enum(['yes', 'no', 'abstain']), z.int()) }),
    { votes: { no: 1 } },
  ],
  ['a map of objects', z.object({ people: z.record(z.string(), point) }), { people: { 'a/b~c "d"': { x: 1, y: 2 } } }],
  ['a tuple at the root', z.tuple([z.string(), z.number()]), ['a', 1]],
  ['a tuple with a rest', z.object({ row: z.tuple([z.string()], z.number()) }), { row: ['a', 1, 2, 3] }],
  ['a tuple with an empty rest', z.object({ row: z.tuple([z.string()], z.number()) }), { row: ['a'] }],
  [
    'a tuple of tuples and objects',
    z.object({ pair: z.tuple([z.tuple([z.int(), z.int()]), z.object({ a: z.tuple([z.boolean()]) })]) }),
    { pair: [[1, 2], { a: [true] }] },
  ],
  [
    'a list of tuples',
    z.object({ path: z.array(z.tuple([z.number(), z.number()])) }),
    {
      path: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
  [
    'optional, nullable, nullish and default members',
    z.object({
      plain: z.string(),
      optional: z.string().optional(),
      nullable: z.string().nullable(),
      nullish: z.string().nullish(),
      default: z.string().default('given'),
      prefault: z.string().prefault('given before'),
      caught: z.number().catch(0),
    }),
    { plain: 'a', nullable: null, nullish: null, caught: 3 },
  ],
  ['all members optional, none there', z.object({ a: z.string().optional(), b: point.optional() }), {}],
  ['a strict object', z.strictObject({ a: z.string(), b: z.strictObject({ c: z.int() }) }), { a: 'x', b: { c: 1 } }],
  ['an object with further members of one type', z.object({ name: z.string() }).catchall(z.string()), { name: 'x' }],
  ['a transform', z.object({ count: z.string().transform((text) => text.length) }), { count: 'twelve' }],
  [
    'a date made of a text',
    z.object({
      day: z.iso.date().transform((text) => new Date(text)),
      days: z.array(z.iso.date().transform(Date.parse)),
    }),
    { day: '2026-02-03', days: ['2026-02-04'] },
  ],
  ['a transform of the whole', z.array(z.number()).transform((list) => list.length), [1, 2, 3]],
  ['a pipe', z.object({ id: z.string().transform(Number).pipe(z.int().min(10)) }), { id: '42' }],
  [
    'a refinement over two members',
    z.object({ from: z.int(), to: z.int() }).refine(({ from, to }) => from <= to, 'from must not be above to'),
    { from: 1, to: 2 },
  ],
  [
    'an asynchronous refinement',
    z.object({ user: z.string().refine(async (name) => (await Promise.resolve(name)) !== 'root') }),
    { user: 'ada' },
  ],
  [
    'bounds of every kind',
    z.object({
      percent: z.number().min(0).max(100),
      above: z.number().gt(0),
      below: z.number().lt(0),
      even: z.int().multipleOf(2),
      name: z.string().min(2).max(10),
      pair: z.array(z.int()).min(2).max(3),
    }),
    { percent: 99.9, above: 0.1, below: -0.1, even: 8, name: 'ab', pair: [1, 2] },
  ],
  [
    'formats',
    z.object({
      email: z.email(),
      url: z.url(),
      uuid: z.uuid(),
      date: z.iso.date(),
      time: z.iso.time(),
      datetime: z.iso.datetime(),
      duration: z.iso.duration(),
      ipv4: z.ipv4(),
      base64: z.base64(),
    }),
    {
      email: 'a@b.example',
      url: 'https://example.com/?q=1#x',
      uuid: '123e4567-e89b-42d3-a456-426614174000',
      date: '2026-12-31',
      time: '23:59:59',
      datetime: '2026-12-31T23:59:59Z',
      duration: 'P1DT2H',
      ipv4: '127.0.0.1',
      base64: 'aGk=',
    },
  ],
  [
    'text with a pattern',
    z.object({ plate: z.string().regex(/^[A-Z]{1,2} \d{3,5}[A-Z]?$/), hex: z.string().regex(/^#[0-9a-f]{6}$/) }),
    { plate: 'G 1234A', hex: '#00ff7f' },
  ],
  ['a text that begins and ends', z.object({ id: z.string().startsWith('id-').endsWith('!') }), { id: 'id-7!' }],
  ['a template literal', z.object({ size: z.templateLiteral([z.number(), z.enum(['px', 'em'])]) }), { size: '12px' }],
  ['an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })), { a: 'x', b: 1 }],
  ['a schema extended and cut', point.extend({ z: z.number() }).omit({ x: true }).partial({ y: true }), { z: 3 }],
  ['a tree', tree, { name: 'root', children: [{ name: 'a', children: [{ name: 'b', children: [] }] }] }],
  ['a tree inside', z.object({ forest: z.array(tree) }), { forest: [{ name: 'oak', children: [] }] }],
  ['an expression', z.object({ sum: expression }), { sum: { op: '+', args: [1, { op: '*', args: [2, 3] }] } }],
  ['a linked list', link, { value: 'a', next: { value: 'b', next: { value: 'c' } } }],
  [
    'one schema in several places',
    z.object({ a: point, b: point.optional(), c: z.array(point) }),
    { a: { x: 1, y: 2 }, c: [{ x: 3, y: 4 }] },
  ],
  [
    'one named schema in several places',
    (() => {
      const named = z.object({ x: z.number() }).meta({ id: 'CorpusPoint', title: 'A point' })
      return z.object({ a: named, b: z.array(named) })
    })(),
    { a: { x: 1 }, b: [{ x: 2 }] },
  ],
  [
    'members with odd names',
    z.object({
      'a b': z.string(),
      'a/b~c': z.string(),
      ünï: z.string(),
      '': z.string(),
      $ref: z.string(),
      'line\nbreak': z.int(),
    }),
    { 'a b': '1', 'a/b~c': '2', ünï: '3', '': '4', $ref: '5', 'line\nbreak': 6 },
  ],
  [
    'members named like keywords',
    z.object({
      type: z.string(),
      properties: z.array(z.string()),
      minimum: z.number(),
      items: z.object({ enum: z.string() }),
    }),
    { type: 'object', properties: ['a'], minimum: 3, items: { enum: 'x' } },
  ],
  [
    'members named like those of the wrapper and of maps',
    z.object({
      value: z.object({ key: z.string(), value: z.int() }),
      list: z.array(z.object({ key: z.string(), value: z.int() })),
    }),
    { value: { key: 'a', value: 1 }, list: [{ key: 'b', value: 2 }] },
  ],
  ['a map whose keys are names of the prototype', z.object({ map: z.record(z.string(), z.string()) }), { map: odd }],
  [
    'objects ten deep',
    Array.from({ length: 10 }).reduce<z.ZodType>((inner, _, n) => z.object({ [`level${n}`]: inner }), z.string()),
    Array.from({ length: 10 }).reduce<string | object>((inner, _, n) => ({ [`level${n}`]: inner }), 'deep') as never,
  ],
  [
    'anything under a member',
    z.object({ name: z.string(), extra: z.unknown() }),
    { name: 'x', extra: { a: [1, null] } },
  ],
  ['any JSON', z.object({ data: z.json() }), { data: { a: [1, 'two', null, { b: false }] } }],
  ['a list of anything', z.object({ list: z.array(z.any()) }), { list: [1, 'a', null, {}] }],
  ['a loose object', z.looseObject({ name: z.string() }), { name: 'x' }],
  [
    'read-only and branded parts',
    z.object({ id: z.string().brand('Id'), tags: z.array(z.string()).readonly() }),
    { id: 'x', tags: ['a'] },
  ],
  ['a native enum', z.object({ level: z.enum({ Low: 1, High: 2 }) }), { level: 2 }],
  ['text made smaller', z.object({ name: z.string().trim().toLowerCase() }), { name: ' ADA ' }],
  ['text that is true or false', z.object({ on: z.stringbool() }), { on: 'yes' }],
]
