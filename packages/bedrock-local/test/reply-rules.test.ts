import type { Message } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { ReplyRule, WireMessage, WireToolResultBlock } from '../src/index.js'
import { rules } from '../src/index.js'
import type { Input } from './helpers.js'
import { clientOf, converse, converseStream, httpVersions, modelId, textOf, withLocal } from './helpers.js'

/** What the rules answer to one request, without a server. */
function ask(list: readonly ReplyRule[], messages: readonly WireMessage[], more: object = {}): unknown {
  const body = { messages, ...more }
  return rules(list)({ operation: 'Converse', modelId, body, headers: {} }, { signal: new AbortController().signal })
}

const user = (text: string): WireMessage => ({ role: 'user', content: [{ text }] })
const tool = (name: string) => ({ toolSpec: { name, inputSchema: { json: { type: 'object' } } } })
const called = (name: string, result: WireToolResultBlock): readonly WireMessage[] => [
  { role: 'assistant', content: [{ toolUse: { toolUseId: name, name, input: {} } }] },
  { role: 'user', content: [{ toolResult: { toolUseId: name, content: [result] } }] },
]
const weather = [user('Weather in Oslo?'), ...called('get_weather', { json: { celsius: 3, days: [{ sky: 'clear' }] } })]

describe('rules', () => {
  it.each(httpVersions)('plays a whole conversation over %s', async (version) => {
    const reply = rules([
      {
        when: { user: /weather in (?<city>\w+)/i, results: [], tools: ['get_*'] },
        reply: {
          content: [
            { reasoningContent: { reasoningText: { text: 'I need it for {{city}}.', signature: 'c2ln' } } },
            { text: 'Let me see.' },
            { toolUse: { name: 'get_weather', input: { city: '{{1}}', days: 1 } } },
            { toolUse: { name: 'get_time', inputText: '{"city": "{{city}}' } },
          ],
        },
      },
      {
        when: { results: [{ tool: 'get_weather', json: { path: 'celsius' } }] },
        reply: { content: [{ text: 'It is {{result.get_weather.celsius}} °C.' }], usage: { inputTokens: 5 } },
      },
    ])
    await withLocal({ reply }, async (local) => {
      const client = clientOf(local, version)
      const toolConfig = { tools: [tool('get_weather'), tool('get_time')] } as unknown as NonNullable<
        Input['toolConfig']
      >
      const messages: Message[] = [{ role: 'user', content: [{ text: 'The weather in Oslo, please' }] }]
      const { output, stopReason } = await converse(client, { messages, toolConfig })
      expect(stopReason).toBe('tool_use')
      expect(output?.message?.content).toEqual([
        { reasoningContent: { reasoningText: { text: 'I need it for Oslo.', signature: 'c2ln' } } },
        { text: 'Let me see.' },
        { toolUse: { toolUseId: expect.any(String), name: 'get_weather', input: { city: 'Oslo', days: 1 } } },
        { toolUse: { toolUseId: expect.any(String), name: 'get_time', input: '{"city": "Oslo' } },
      ])
      const first = output?.message?.content?.[2]?.toolUse
      const answered = await converseStream(client, {
        toolConfig,
        messages: [
          ...messages,
          {
            role: 'assistant',
            content: [{ toolUse: { toolUseId: first?.toolUseId, name: 'get_weather', input: {} } }],
          },
          {
            role: 'user',
            content: [{ toolResult: { toolUseId: first?.toolUseId, content: [{ json: { celsius: 3.5 } }] } }],
          },
        ],
      })
      expect(textOf(answered.events)).toBe('It is 3.5 °C.')
    })
  })

  it.each<[string, ReplyRule['when'], boolean]>([
    ['a substring of the last user text', { user: 'Oslo' }, true],
    ['a substring in other case', { user: 'oslo' }, false],
    ['a regular expression with flags', { user: /oslo\?$/i }, true],
    ['a regular expression as data', { user: { regex: '^weather', flags: 'i' } }, true],
    ['a system text', { system: 'brief' }, true],
    ['another system text', { system: 'long' }, false],
    ['a model', { model: 'us.anthropic.*-v1:?' }, true],
    ['another model', { model: 'amazon.*' }, false],
    ['an operation', { operation: 'Converse' }, true],
    ['another operation', { operation: 'ConverseStream' }, false],
    ['tools that are offered', { tools: ['get_weather', 'get_t*'] }, true],
    ['a tool that is not', { tools: ['calculator'] }, false],
    ['no tools', { tools: [] }, false],
    ['no results', { results: [] }, false],
    ['a result of a tool', { results: [{ tool: 'get_weather' }] }, true],
    ['a result of another', { results: [{ tool: 'get_time' }] }, false],
    ['a result by its text', { results: [{ tool: '*', text: /"sky":"c\w+"/ }] }, true],
    ['a result by a value', { results: [{ tool: '*', json: { path: 'days.0.sky', equals: 'clear' } }] }, true],
    ['a result by another value', { results: [{ tool: '*', json: { path: 'celsius', equals: 4 } }] }, false],
    ['a result by a text in it', { results: [{ tool: '*', json: { path: 'days.0.sky', matches: /^c/ } }] }, true],
    ['a value that is not there', { results: [{ tool: '*', json: { path: 'days.1.sky' } }] }, false],
    ['a member that every object has', { results: [{ tool: '*', json: { path: 'constructor' } }] }, false],
    ['a result that is no error', { results: [{ tool: '*', isError: false }] }, true],
    ['a result that is an error', { results: [{ tool: '*', isError: true }] }, false],
    ['the turn', { turn: 2 }, true],
    ['another turn', { turn: 1 }, false],
    ['a range of turns', { turn: { from: 2, to: 3 } }, true],
    ['a range that is over', { turn: { to: 1 } }, false],
    ['all of it together', { user: 'Oslo', turn: 2, model: '*' }, true],
  ])('looks at %s', (_name, when = {}, matches) => {
    const more = { system: [{ text: 'Be brief.' }], toolConfig: { tools: [tool('get_weather'), tool('get_time')] } }
    const list: readonly ReplyRule[] = [{ when, reply: 'yes' }, { reply: 'no' }]
    expect(ask(list, weather, more)).toBe(matches ? 'yes' : 'no')
  })

  it('takes the first rule that matches, each as often as it says', () => {
    const reply = rules([
      { when: { user: 'a', time: 1 }, reply: 'first' },
      { when: { user: 'a', time: { from: 1, to: 2 } }, reply: 'then' },
      { reply: 'else' },
    ])
    const request = (text: string) => ({
      operation: 'Converse' as const,
      modelId,
      body: { messages: [user(text)] },
      headers: {},
    })
    const { signal } = new AbortController()
    const said = ['a', 'b', 'a', 'a', 'a'].map((text) => reply(request(text), { signal }))
    expect(said).toEqual(['first', 'else', 'then', 'then', 'else'])
  })

  it('puts groups and results in, keeps their types in tool input, and does not look through them again', () => {
    const content = [
      { text: '{{0}}|{{ 1 }}|{{2}}|{{user}}|{{model}}' },
      {
        toolUse: {
          name: 'add',
          input: { a: '{{result.get_weather.celsius}}', b: ['x {{result.get_weather.days.0.sky}}'] },
        },
      },
      { text: '{{result.get_weather.days}}' },
    ]
    const list = [{ when: { user: /Weather in (Oslo|\{\{model\}\})(!)?/ }, reply: { content } }]
    expect(ask(list, weather)).toEqual({
      content: [
        { text: `Weather in Oslo|Oslo||Weather in Oslo?|${modelId}` },
        { toolUse: { name: 'add', input: { a: 3, b: ['x clear'] } } },
        { text: '[{"sky":"clear"}]' },
      ],
    })
    expect(ask([{ when: { user: /in (.*)/ }, reply: '{{1}}' }], [user('in {{model}}')])).toBe('{{model}}')
  })

  it('repeats a text as often as it says', () => {
    expect(ask([{ reply: { content: [{ text: 'ab ', repeat: 3 }] } }], [user('x')])).toEqual({
      content: [{ text: 'ab ab ab ' }],
    })
  })

  it('takes faults in their short form', async () => {
    const reply = rules([{ reply: { fault: 'ThrottlingException' } }])
    await withLocal({ reply }, async (local) => {
      await expect(converse(clientOf(local))).rejects.toMatchObject({ name: 'ThrottlingException' })
    })
  })

  it('says of each rule why it does not match', async () => {
    const reply = rules([
      { name: 'weather', when: { user: /weather/i }, reply: 'x' },
      { when: { model: 'amazon.*' }, reply: 'x' },
      { when: { tools: ['add'] }, reply: 'x' },
      { when: { results: [{ tool: 'add' }] }, reply: 'x' },
      { when: { time: 2 }, reply: 'x' },
    ])
    await withLocal({ reply }, async (local) => {
      await expect(converse(clientOf(local), 'Hello')).rejects.toMatchObject({
        name: 'LocalReplyError',
        message: [
          'bedrock-local has no reply: none of 5 rules matches.',
          'rule 1 (weather): the user\'s text has no /weather/i, it is "Hello"',
          `rule 2: the model is "${modelId}", not "amazon.*"`,
          'rule 3: no tool "add" is offered, but none',
          'rule 4: no result of "add" fits, there is none of that tool',
          'rule 5: it is time 1 that it would match',
        ].join('\n'),
      })
    })
  })

  it('keeps that short however many rules there are', () => {
    const list = Array.from({ length: 500 }, () => ({ when: { user: 'y'.repeat(5000) }, reply: 'x' }))
    let message = ''
    try {
      ask(list, [user('z'.repeat(100_000))])
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toMatch(/^none of 500 rules matches\.\nrule 1: /)
    expect(message).toMatch(/and 480 more$/)
    expect(message.length).toBeLessThan(8000)
  })

  it('lets the stand-in answer otherwise, if it is told to', async () => {
    await withLocal({ reply: rules([], { otherwise: 'stand-in' }) }, async (local) => {
      const { output } = await converse(clientOf(local), 'Hello there')
      expect(output?.message?.content?.[0]?.text).toContain('You asked: "Hello there"')
    })
  })

  it('says which placeholder stands for nothing', () => {
    const list = [{ name: 'sum', reply: '{{result.add.total}}' }]
    expect(() => ask(list, [user('x')])).toThrow(
      'rule 1 (sum): {{result.add.total}} stands for nothing: that tool has no result.',
    )
    expect(() => ask(list, [user('x'), ...called('add', { json: { sum: 3 } })])).toThrow('its last result is {"sum":3}')
  })

  it('stops a regular expression that takes too long', () => {
    const list = [{ when: { user: /(a+)+$/ }, reply: 'x' }]
    expect(() => ask(list, [user(`${'a'.repeat(50)}b`)])).toThrow(
      'rule 1: the regular expression /(a+)+$/ takes longer',
    )
  })

  it('does not let a wrong reply compile', () => {
    const wrong: readonly (() => unknown)[] = [
      // @ts-expect-error there is no such block
      () => rules([{ reply: { content: [{ txet: 'Hello' }] } }]),
      // @ts-expect-error a tool call has a name
      () => rules([{ reply: { content: [{ toolUse: { input: {} } }] } }]),
      // @ts-expect-error there is no such fault
      () => rules([{ reply: { fault: { type: 'explode' } } }]),
      // @ts-expect-error there is no such member
      () => rules([{ when: { usr: 'x' }, reply: 'y' }]),
      // @ts-expect-error a rule has a reply
      () => rules([{ when: {} }]),
    ]
    // And what does not compile does not start either.
    for (const start of wrong) expect(start).toThrow('The rules are wrong: rules.0.')
  })
})
