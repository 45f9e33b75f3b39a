import { z } from 'zod'
import type { CorpusCase } from './corpus.js'

const money = z.object({ amount: z.number().nonnegative(), currency: z.enum(['EUR', 'USD', 'GBP', 'CHF']) })
const address = z.object({
  street: z.string(),
  city: z.string(),
  zip: z.string().regex(/^\d{4,5}$/),
  country: z.string().length(2).describe('Two letters, ISO 3166.'),
})
const person = z.object({ name: z.string().min(1), email: z.email().optional() })

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const graz = { street: 'Herrengasse 1', city: 'Graz', zip: '8010', country: 'AT' }

/** What people take out of texts: papers, mails, tickets, logs. */
export const documents: readonly CorpusCase[] = [
  [
    'an invoice',
    z.object({
      number: z.string().min(3).max(30),
      issued: z.iso.date(),
      seller: z.object({ name: z.string(), vatId: z.string().nullable(), address }),
      buyer: z.object({ name: z.string(), address: address.optional() }),
      lines: z.array(z.object({ text: z.string(), quantity: z.int().positive(), price: money })).min(1),
      total: money,
      paid: z.boolean().default(false),
    }),
    {
      number: 'R-2026-17',
      issued: '2026-03-31',
      seller: { name: 'Muster GmbH', vatId: null, address: graz },
      buyer: { name: 'Ada Lovelace' },
      lines: [
        { text: 'Two chairs', quantity: 2, price: eur(49.9) },
        { text: 'Delivery', quantity: 1, price: eur(0) },
      ],
      total: eur(99.8),
    },
  ],
  [
    'an event in a calendar',
    z.object({
      title: z.string(),
      start: z.iso.datetime({ offset: true }),
      end: z.iso.datetime({ offset: true }).optional(),
      place: z.union([z.literal('online'), address]),
      guests: z.array(person).max(50),
      repeats: z.object({ every: z.enum(['day', 'week', 'month']), until: z.iso.date().nullable() }).optional(),
    }),
    {
      title: 'Review "Q1"',
      start: '2026-04-01T09:30:00+02:00',
      place: 'online',
      guests: [{ name: 'Ada', email: 'ada@example.com' }, { name: 'Bo' }],
      repeats: { every: 'week', until: null },
    },
  ],
  [
    'a support ticket',
    z.object({
      summary: z.string().max(200),
      priority: z.enum(['low', 'normal', 'high', 'urgent']),
      labels: z.array(z.enum(['bug', 'billing', 'question', 'praise'])),
      sentiment: z.number().min(-1).max(1),
      customer: person.extend({ id: z.uuid().optional() }),
      steps: z.array(z.string()).optional(),
    }),
    {
      summary: 'The export stops half-way.',
      priority: 'high',
      labels: ['bug', 'billing'],
      sentiment: -0.4,
      customer: { name: 'Eve', id: '7c9e6679-7425-40de-944b-e07fc1f90ae7' },
    },
  ],
  [
    'a receipt with tax rates',
    z.object({
      shop: z.string(),
      items: z.array(z.object({ name: z.string(), gross: z.number(), rate: z.union([z.literal(10), z.literal(20)]) })),
      totals: z.record(z.string(), z.number()),
    }),
    { shop: 'Spar', items: [{ name: 'Milk', gross: 1.5, rate: 10 }], totals: { '10': 1.5, '20': 0 } },
  ],
  [
    'a recipe',
    z.object({
      dish: z.string(),
      servings: z.int().min(1).max(100),
      ingredients: z.array(
        z.object({
          name: z.string(),
          amount: z.number().nullable(),
          unit: z.enum(['g', 'ml', 'piece', 'pinch']).nullish(),
        }),
      ),
      steps: z.array(z.string().min(1)).min(1),
    }),
    {
      dish: 'Pancakes',
      servings: 2,
      ingredients: [
        { name: 'flour', amount: 200, unit: 'g' },
        { name: 'salt', amount: null, unit: null },
        { name: 'egg', amount: 2 },
      ],
      steps: ['Mix.', 'Fry.'],
    },
  ],
  [
    'a résumé',
    z.object({
      name: z.string(),
      links: z.array(z.url()).optional(),
      jobs: z.array(
        z.object({
          company: z.string(),
          role: z.string(),
          from: z.string().regex(/^\d{4}-\d{2}$/),
          to: z
            .string()
            .regex(/^\d{4}-\d{2}$/)
            .nullable(),
          achievements: z.array(z.string()).max(5),
        }),
      ),
      languages: z.record(z.string(), z.enum(['A1', 'A2', 'B1', 'B2', 'C1', 'C2'])),
    }),
    {
      name: 'José Núñez',
      links: ['https://example.com/jose'],
      jobs: [{ company: 'Acme', role: 'Clerk', from: '2020-01', to: null, achievements: [] }],
      languages: { es: 'C2', de: 'B1' },
    },
  ],
  [
    'named entities',
    z.object({
      entities: z.array(
        z.object({
          text: z.string(),
          kind: z.enum(['person', 'place', 'company', 'date']),
          span: z.tuple([z.int(), z.int()]),
        }),
      ),
    }),
    { entities: [{ text: 'Graz', kind: 'place', span: [10, 14] }] },
  ],
  [
    'a knowledge graph',
    z.object({
      nodes: z.array(z.object({ id: z.string(), label: z.string() })),
      edges: z.array(z.object({ from: z.string(), to: z.string(), relation: z.string().default('knows') })),
    }),
    {
      nodes: [
        { id: 'a', label: 'Ada' },
        { id: 'b', label: 'Bo' },
      ],
      edges: [{ from: 'a', to: 'b' }],
    },
  ],
  [
    'a log line',
    z.object({
      at: z.iso.datetime(),
      level: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
      host: z.union([z.ipv4(), z.ipv6(), z.hostname()]),
      message: z.string(),
      fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
    {
      at: '2026-01-02T03:04:05Z',
      level: 'WARN',
      host: '10.0.0.1',
      message: 'slow\n\tquery "x"',
      fields: { ms: 812, user: 'ada', cached: false, trace: null },
    },
  ],
  [
    'a classification with reasons first',
    z.object({ reasoning: z.string(), label: z.enum(['spam', 'ham']), confidence: z.number().gte(0).lte(1) }),
    { reasoning: 'It asks for money.', label: 'spam', confidence: 0.93 },
  ],
  [
    'a product page',
    z.object({
      sku: z.string().regex(/^[A-Z]{2}-\d+$/),
      name: z.string(),
      price: money,
      stock: z.int().min(0),
      variants: z
        .array(z.object({ colour: z.string(), sizes: z.array(z.enum(['S', 'M', 'L', 'XL'])) }))
        .min(2)
        .max(4),
      dimensions: z.tuple([z.number(), z.number(), z.number()]).optional(),
    }),
    {
      sku: 'AB-12',
      name: 'Shirt',
      price: eur(20),
      stock: 0,
      variants: [
        { colour: 'red', sizes: ['S', 'XL'] },
        { colour: 'blue', sizes: [] },
      ],
      dimensions: [1, 2.5, 3],
    },
  ],
  [
    'a flight booking',
    z.object({
      passengers: z
        .array(
          z.object({
            name: z.string(),
            seat: z
              .string()
              .regex(/^\d{1,2}[A-F]$/)
              .optional(),
          }),
        )
        .nonempty(),
      legs: z.array(
        z.object({ from: z.string().length(3), to: z.string().length(3), at: z.iso.datetime({ local: true }) }),
      ),
      fare: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('cash'), price: money }),
        z.object({ kind: z.literal('miles'), miles: z.int() }),
      ]),
    }),
    {
      passengers: [{ name: 'Ada', seat: '12C' }],
      legs: [{ from: 'GRZ', to: 'VIE', at: '2026-05-01T07:00:00' }],
      fare: { kind: 'miles', miles: 7500 },
    },
  ],
  [
    'a lab report',
    z.object({
      patient: z.object({ born: z.iso.date(), sex: z.enum(['f', 'm', 'x']).nullable() }),
      values: z.array(
        z.object({
          analyte: z.string(),
          value: z.union([z.number(), z.string()]),
          unit: z.string().optional(),
          range: z.object({ low: z.number().optional(), high: z.number().optional() }).optional(),
          flagged: z.boolean(),
        }),
      ),
    }),
    {
      patient: { born: '1980-02-29', sex: null },
      values: [
        { analyte: 'Glucose', value: 5.4, unit: 'mmol/l', range: { high: 5.6 }, flagged: false },
        { analyte: 'Nitrite', value: 'negative', flagged: false },
      ],
    },
  ],
  [
    'a contract with clauses in clauses',
    z.object({
      parties: z.array(z.string()).length(2),
      clauses: z.array(
        z.object({
          title: z.string(),
          clauses: z.array(z.object({ text: z.string(), clauses: z.array(z.object({ text: z.string() })) })),
        }),
      ),
    }),
    {
      parties: ['A', 'B'],
      clauses: [{ title: 'Term', clauses: [{ text: 'One year.', clauses: [{ text: 'Or two.' }, { text: '' }] }] }],
    },
  ],
  [
    'a form with many optional members',
    z.object(Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`field${n}`, z.string().optional()]))),
    { field0: 'first', field17: 'one in the middle', field29: 'last' },
  ],
  [
    'a form with many nullable members',
    z.object(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`field${n}`, z.number().nullable()]))),
    Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`field${n}`, n % 3 === 0 ? null : n])),
  ],
  [
    'a survey with many choices of types',
    z.object(Object.fromEntries(Array.from({ length: 18 }, (_, n) => [`q${n}`, z.union([z.number(), z.string()])]))),
    Object.fromEntries(Array.from({ length: 18 }, (_, n) => [`q${n}`, n % 2 === 0 ? n : `answer ${n}`])),
  ],
  [
    'a country from a long list',
    z.object({ country: z.enum(Array.from({ length: 250 }, (_, n) => `country-${n}`)), since: z.int().optional() }),
    { country: 'country-199', since: 1995 },
  ],
  [
    'long descriptions',
    z
      .object({
        verdict: z
          .enum(['yes', 'no'])
          .describe('Say "yes" only when:\n'.concat('- it is so, and not otherwise;\n'.repeat(80))),
        why: z.string().describe('An explanation. '.repeat(100)),
      })
      .describe('A verdict.'),
    { verdict: 'no', why: 'It is not so.' },
  ],
]
