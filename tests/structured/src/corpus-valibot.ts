import * as v from 'valibot'
import type { CorpusCase } from './corpus.js'

interface Folder {
  name: string
  folders: Folder[]
}
const folder: v.GenericSchema<Folder> = v.object({ name: v.string(), folders: v.array(v.lazy(() => folder)) })

const line = v.object({ text: v.string(), quantity: v.pipe(v.number(), v.integer(), v.minValue(1)), price: v.number() })
const point = v.object({ x: v.number(), y: v.number() })
const shape = v.variant('kind', [
  v.object({ kind: v.literal('circle'), radius: v.number() }),
  v.object({ kind: v.literal('square'), side: v.number(), label: v.optional(v.string()) }),
])
const odd = JSON.parse('{"__proto__":1,"hasOwnProperty":2}')

export const valibotCases: readonly CorpusCase[] = [
  [
    'an invoice',
    v.object({
      number: v.pipe(v.string(), v.minLength(3)),
      issued: v.pipe(v.string(), v.isoDate()),
      lines: v.pipe(v.array(line), v.minLength(1)),
      currency: v.picklist(['EUR', 'USD']),
      note: v.optional(v.string()),
      paid: v.optional(v.boolean(), false),
    }),
    { number: 'R-1', issued: '2026-01-31', lines: [{ text: 'Chair', quantity: 2, price: 49.5 }], currency: 'EUR' },
  ],
  [
    'an order with a choice of payments',
    v.object({
      customer: v.object({ name: v.string(), email: v.pipe(v.string(), v.email()) }),
      payment: v.variant('by', [
        v.object({ by: v.literal('card'), last4: v.pipe(v.string(), v.regex(/^\d{4}$/)) }),
        v.object({ by: v.literal('invoice'), days: v.number() }),
      ]),
    }),
    { customer: { name: 'Ada', email: 'ada@example.com' }, payment: { by: 'card', last4: '0042' } },
  ],
  [
    'a ticket',
    v.object({
      summary: v.pipe(v.string(), v.maxLength(80)),
      priority: v.picklist(['low', 'high']),
      labels: v.array(v.string()),
      assignee: v.nullable(v.string()),
      due: v.optional(v.nullable(v.pipe(v.string(), v.isoDate()))),
    }),
    { summary: 'It broke.', priority: 'low', labels: [], assignee: null, due: null },
  ],
  [
    'an event',
    v.object({
      title: v.string(),
      at: v.pipe(v.string(), v.isoTimestamp()),
      place: v.union([v.literal('online'), v.object({ city: v.string() })]),
    }),
    { title: 'Talk', at: '2026-02-03T10:00:00.000Z', place: { city: 'Graz' } },
  ],
  [
    'a meeting with minutes',
    v.object({
      attendees: v.array(v.string()),
      decisions: v.array(
        v.object({ what: v.string(), who: v.nullish(v.string()), votes: v.record(v.string(), v.number()) }),
      ),
    }),
    {
      attendees: ['A', 'B'],
      decisions: [
        { what: 'Go.', who: null, votes: { A: 1 } },
        { what: 'Stop.', votes: {} },
      ],
    },
  ],
  [
    'a review',
    v.object({
      stars: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)),
      pros: v.pipe(v.array(v.string()), v.maxLength(3)),
      cons: v.pipe(v.array(v.string()), v.maxLength(3)),
    }),
    { stars: 5, pros: ['light'], cons: [] },
  ],
  ['an empty object', v.object({}), {}],
  ['a list at the root', v.array(v.object({ name: v.string() })), [{ name: 'a' }]],
  ['a text at the root', v.string(), 'x'],
  ['a number at the root', v.pipe(v.number(), v.minValue(0)), 3.5],
  ['a boolean at the root', v.boolean(), true],
  ['null at the root', v.null(), null],
  ['a picklist at the root', v.picklist(['a', 'b']), 'b'],
  ['a picklist of numbers and texts', v.object({ n: v.picklist([1, 2, 'many']) }), { n: 'many' }],
  ['an enum', v.object({ level: v.enum({ Low: 'low', High: 'high' }) }), { level: 'high' }],
  ['a literal at the root', v.literal(42), 42],
  ['a union at the root', v.union([v.string(), v.array(v.string())]), ['x', 'y']],
  ['a variant at the root', shape, { kind: 'square', side: 2 }],
  [
    'variants in a list',
    v.object({ shapes: v.array(shape) }),
    {
      shapes: [
        { kind: 'circle', radius: 1 },
        { kind: 'square', side: 1, label: 'b' },
      ],
    },
  ],
  ['a nullable at the root', v.nullable(point), null],
  ['an object for a nullable at the root', v.nullable(point), { x: 1, y: 2 }],
  [
    'optional, nullable, nullish and default members',
    v.object({
      plain: v.string(),
      optional: v.optional(v.number()),
      exact: v.exactOptional(v.number()),
      nullable: v.nullable(v.number()),
      nullish: v.nullish(v.number()),
      given: v.optional(v.string(), 'given'),
      fallback: v.fallback(v.string(), 'back'),
    }),
    { plain: 'a', nullable: null, nullish: null, fallback: 'x' },
  ],
  [
    'a strict object',
    v.strictObject({ a: v.string(), b: v.optional(v.strictObject({ c: v.number() })) }),
    { a: 'x', b: { c: 1 } },
  ],
  ['a loose object', v.looseObject({ a: v.string() }), { a: 'x' }],
  ['an object with a rest', v.objectWithRest({ a: v.string() }, v.number()), { a: 'x' }],
  ['a map', v.object({ scores: v.record(v.string(), v.number()) }), { scores: { a: 1, 'b c': 2 } }],
  ['a map at the root', v.record(v.string(), v.array(v.string())), { a: ['b'], c: [] }],
  [
    'a map with keys from a list',
    v.object({ votes: v.record(v.picklist(['yes', 'no']), v.number()) }),
    { votes: { yes: 1, no: 2 } },
  ],
  ['a map with names of the prototype', v.array(v.record(v.string(), v.number())), [odd, {}]],
  ['a tuple', v.object({ pair: v.tuple([v.string(), v.number()]) }), { pair: ['a', 1] }],
  ['a strict tuple at the root', v.strictTuple([v.number(), v.number()]), [1, 2]],
  ['a tuple with a rest', v.object({ row: v.tupleWithRest([v.string()], v.number()) }), { row: ['a', 1, 2] }],
  ['a loose tuple', v.object({ row: v.looseTuple([v.string()]) }), { row: ['a'] }],
  ['a tree', folder, { name: 'a', folders: [{ name: 'b', folders: [] }] }],
  ['a tree inside', v.object({ root: folder }), { root: { name: 'a', folders: [{ name: 'b', folders: [] }] } }],
  ['an intersection', v.intersect([v.object({ a: v.string() }), v.object({ b: v.number() })]), { a: 'x', b: 1 }],
  [
    'an intersection of unions',
    v.object({ both: v.intersect([v.object({ a: v.string() }), shape]) }),
    { both: { a: 'x', kind: 'circle', radius: 2 } },
  ],
  [
    'a date made of a text',
    v.object({
      day: v.pipe(
        v.string(),
        v.isoDate(),
        v.transform((text) => new Date(text)),
      ),
    }),
    { day: '2026-02-03' },
  ],
  [
    'a transform of the whole',
    v.pipe(
      v.array(v.string()),
      v.transform((list) => list.join()),
    ),
    ['a', 'b'],
  ],
  [
    'bounds of every kind',
    v.object({
      above: v.pipe(v.number(), v.gtValue(0)),
      below: v.pipe(v.number(), v.ltValue(0)),
      even: v.pipe(v.number(), v.multipleOf(2)),
      name: v.pipe(v.string(), v.minLength(2), v.maxLength(4)),
      code: v.pipe(v.string(), v.length(3)),
      pair: v.pipe(v.array(v.string()), v.length(2)),
      filled: v.pipe(v.string(), v.nonEmpty()),
    }),
    { above: 1, below: -1, even: 4, name: 'abcd', code: 'abc', pair: ['a', 'b'], filled: 'x' },
  ],
  [
    'formats',
    v.object({
      email: v.pipe(v.string(), v.email()),
      url: v.pipe(v.string(), v.url()),
      uuid: v.pipe(v.string(), v.uuid()),
      date: v.pipe(v.string(), v.isoDate()),
      ip: v.pipe(v.string(), v.ipv4()),
      hex: v.pipe(v.string(), v.hexColor()),
    }),
    {
      email: 'a@b.example',
      url: 'https://example.com',
      uuid: '123e4567-e89b-42d3-a456-426614174000',
      date: '2026-12-31',
      ip: '127.0.0.1',
      hex: '#00ff7f',
    },
  ],
  [
    'descriptions, titles and metadata',
    v.pipe(
      v.object({ a: v.pipe(v.string(), v.title('A'), v.description('A text.'), v.metadata({ internal: true })) }),
      v.description('An object.'),
    ),
    { a: 'x' },
  ],
  [
    'many optional members',
    v.object(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`m${n}`, v.optional(v.number())]))),
    { m3: 3, m39: 39 },
  ],
  ['a partial of another schema', v.partial(line, ['price']), { text: 'a', quantity: 1 }],
  [
    'parts of other schemas',
    v.object({ ...v.pick(line, ['text']).entries, ...v.omit(point, ['x']).entries }),
    { text: 'a', y: 1 },
  ],
  [
    'one schema in several places',
    v.object({ a: point, b: v.array(point), c: v.optional(point) }),
    { a: { x: 1, y: 2 }, b: [] },
  ],
  ['anything under a member', v.object({ a: v.string(), any: v.unknown() }), { a: 'x', any: [1, { b: null }] }],
  [
    'members with odd names',
    v.object({ 'a b': v.string(), 'x/y~z': v.number(), '': v.boolean() }),
    { 'a b': 'c', 'x/y~z': 1, '': true },
  ],
]
