import { describe, expect, it } from 'vitest'
import type { LocalRequest, WireBlock, WireMessage, WireTool } from '../src/index.js'
import { standIn } from '../src/index.js'
import { clientOf, converse, converseStream, modelId, textOf, withLocal } from './helpers.js'

const text = { type: 'string' }
const number = { type: 'number' }

function tool(name: string, description: string, properties: object, required = Object.keys(properties)): WireTool {
  return {
    toolSpec: { name, description, inputSchema: { json: { type: 'object', properties: { ...properties }, required } } },
  }
}

const weather = tool('get_weather', 'The weather in a city now: temperature in Celsius and sky.', { city: text })
const time = tool('current_time', 'The current date and time.', { timeZone: text }, [])
const calculator = tool('calculator', 'Evaluates an arithmetic expression.', { expression: text })
const tools = [weather, time, calculator]

type Answers = { readonly [toolName: string]: (input: { readonly [name: string]: string }) => unknown }

const celsius: { readonly [city: string]: number } = { Lisbon: 21, Oslo: -4, Rome: 18 }
const answers: Answers = {
  get_weather: ({ city = '' }) => ({ city, celsius: celsius[city], humidity: 60 }),
  current_time: () => '2026-11-22T09:30:00+09:00',
  calculator: ({ expression = '' }) => `<${expression}>`,
}

function ask(body: LocalRequest['body']): readonly WireBlock[] {
  const reply = standIn({ operation: 'Converse', modelId, headers: {}, body })
  return typeof reply === 'string' ? [{ text: reply }] : (reply.content ?? [])
}

/** Plays the caller: runs the tools that are called until an answer in text comes. Each turn is one line. */
function conversation(question: string, offered: readonly WireTool[] = tools, results: Answers = answers): string[] {
  const messages: WireMessage[] = [{ role: 'user', content: [{ text: question }] }]
  const turns: string[] = []
  while (turns.length < 10) {
    const content = ask({ messages, toolConfig: { tools: offered } }).map((block, index) =>
      block.toolUse ? { toolUse: { ...block.toolUse, toolUseId: `${turns.length}-${index}` } } : block,
    )
    const calls = content.flatMap(({ toolUse }) => toolUse ?? [])
    if (calls.length === 0) return [...turns, content.map((block) => block.text).join('')]
    turns.push(calls.map(({ name, input }) => `${name} ${Object.values(input as object).join(', ')}`).join(' | '))
    const done = calls.map(({ toolUseId, name, input }) => {
      const output = results[name]?.(input as { [name: string]: string })
      const block = typeof output === 'string' ? { text: output } : { json: output as null }
      return { toolResult: { toolUseId: toolUseId ?? '', content: [block] } }
    })
    messages.push({ role: 'assistant', content }, { role: 'user', content: done })
  }
  return turns
}

describe('standIn with tools', () => {
  it('calls what the question needs at once, then calculates, then answers with the number', () => {
    const question =
      'How much warmer is it in Lisbon than in Oslo right now, in Fahrenheit, and what time is it in Tokyo?'
    expect(conversation(question)).toEqual([
      'get_weather Lisbon | get_weather Oslo | current_time Asia/Tokyo',
      'calculator (21 - (-4)) * 9 / 5',
      [
        'The difference is <(21 - (-4)) * 9 / 5> °F.',
        '',
        '- Lisbon: celsius 21, humidity 60',
        '- Oslo: celsius -4, humidity 60',
        '- Asia/Tokyo: 2026-11-22T09:30:00+09:00',
      ].join('\n'),
    ])
  })

  it.each<[question: string, turns: string[]]>([
    ['What time is it in New York and in London?', ['current_time America/New_York | current_time Europe/London']],
    [
      'What is the average temperature of Rome, Lisbon and Oslo?',
      ['get_weather Rome | get_weather Lisbon | get_weather Oslo', 'calculator (18 + 21 + (-4)) / 3'],
    ],
    ['How much colder is it in Oslo than in Rome?', ['get_weather Oslo | get_weather Rome', 'calculator 18 - (-4)']],
    ['What is the weather in Rome in Fahrenheit?', ['get_weather Rome', 'calculator 18 * 9 / 5 + 32']],
    ['Is it sunny in oslo?', ['get_weather Oslo']],
    ['What is 17% of 1,240 plus 3?', ['calculator 17 / 100 * 1240 + 3']],
    ['Work out (12 + 5) × 3 and 4 to the power of 2.', ['calculator (12 + 5) * 3 | calculator 4 ^ 2']],
    ['The trip takes 3-5 days.', []],
    ['Tell me a joke.', []],
  ])('gives another question another run: %s', (question, turns) => {
    expect(conversation(question).slice(0, -1)).toEqual(turns)
  })

  it('reads numbers from results in words, and repeats no call', () => {
    const wordy: Answers = { ...answers, get_weather: ({ city = '' }) => `It is ${celsius[city]} °C in ${city} at 9.` }
    expect(conversation('How much warmer is Rome than Oslo?', tools, wordy)[1]).toBe('calculator 18 - (-4)')
  })

  it('hands a value on from one result to the next call', () => {
    const find = tool('find_customer', 'Finds a customer by name.', { name: text })
    const list = tool('list_orders', 'Lists the orders of a customer.', { customer_id: text })
    const found: Answers = { find_customer: () => ({ customerId: 'C-7' }), list_orders: () => ({ orders: 2 }) }
    expect(conversation('Find the customer Ada Stone and list the orders.', [find, list], found)).toEqual([
      'find_customer Ada Stone',
      'list_orders C-7',
      'Here is what I found.\n\n- Ada Stone: C-7\n- C-7: 2',
    ])
  })

  it('fills the properties of one call from the clause that asks for it', () => {
    const flight = tool('book_flight', 'Books a flight.', { from: text, to: text, date: text, adults: number })
    expect(conversation('Book a flight from Oslo to Rome on 5 May 2027 for two adults.', [flight], {})[0]).toBe(
      'book_flight Oslo, Rome, 2027-05-05, 2',
    )
  })

  it('says that a tool failed', () => {
    const messages: WireMessage[] = [
      { role: 'user', content: [{ text: 'Weather in Oslo?' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'get_weather', input: { city: 'Oslo' } } }] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 'a', status: 'error', content: [{ text: 'no station' }] } }],
      },
    ]
    expect(ask({ messages, toolConfig: { tools } })).toEqual([
      { text: 'Here is what I found.\n\n- Oslo: get_weather failed: no station' },
    ])
  })
})

describe('standIn without tools', () => {
  it('repeats the question and says what it is', () => {
    expect(ask({ messages: [{ role: 'user', content: [{ text: 'Who are you?' }] }] })[0]?.text).toMatch(
      /^You asked: "Who are you\?"\. I am a scripted stand-in/,
    )
  })

  it('answers in JSON when the request asks for a schema', () => {
    const schema = { type: 'object', additionalProperties: false, required: ['name'], properties: { name: text } }
    const outputConfig = {
      textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: JSON.stringify(schema) } } },
    }
    expect(ask({ messages: [{ role: 'user', content: [{ text: 'I met Ada today.' }] }], outputConfig })).toEqual([
      { text: '{"name":"Ada"}' },
    ])
  })
})

describe('standIn over the wire', () => {
  it('is what answers when no reply is given, with token counts, over both operations', async () => {
    await withLocal({}, async (local) => {
      const client = clientOf(local)
      const input = { messages: [{ role: 'user' as const, content: [{ text: 'Weather in Oslo?' }] }] }
      const spec = {
        name: 'get_weather',
        inputSchema: { json: { type: 'object', properties: { city: text }, required: ['city'] } },
      }
      const answer = await converse(client, { ...input, toolConfig: { tools: [{ toolSpec: spec }] } })
      expect(answer.stopReason).toBe('tool_use')
      expect(answer.output?.message?.content?.at(-1)?.toolUse).toEqual({
        toolUseId: expect.stringMatching(/^tooluse_[a-zA-Z0-9]{22}$/),
        name: 'get_weather',
        input: { city: 'Oslo' },
      })
      const { inputTokens = 0, outputTokens = 0, totalTokens } = answer.usage ?? {}
      expect(inputTokens).toBeGreaterThan(10)
      expect(outputTokens).toBeGreaterThan(3)
      expect(totalTokens).toBe(inputTokens + outputTokens)

      const { events } = await converseStream(client, 'Who are you?')
      expect(textOf(events)).toContain('scripted stand-in')
      expect(events.filter(({ contentBlockDelta }) => contentBlockDelta).length).toBeGreaterThan(10)
    })
  })
})
