import type { Message } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { describeContent } from '../src/describe-content.js'
import type { OtelOptions } from '../src/index.js'
import { otel } from '../src/index.js'
import { inputContent } from '../src/message-content.js'
import { miniRun, textResult, toolCall } from './mini-loop.js'
import { startRecording, stopRecording } from './recorded-spans.js'
import { answering, drain, failing, resultOf, toolStep } from './steps.js'

afterEach(stopRecording)

const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] })
const system = [{ type: 'text', text: 'Be brief.' }] as const
const contentNames = /^gen_ai\.(input|output|system_instructions|tool\.call\.(arguments|result))/

describe('content', () => {
  it('is recorded when asked for, on the spans that have it', async () => {
    const spans = await spansOf({ content: true })
    expect(contentOf(spans.named('chat scripted-1').attributes)).toEqual({
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be brief.' }],
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Card 4111, key-7.' }] }],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'Noted 4111.' }], finish_reason: 'stop' },
      ],
    })
    expect(contentOf(spans.named('execute_tool pay').attributes)).toEqual({
      'gen_ai.tool.call.arguments': { card: 4111, 'key-7': ['key-7'] },
      'gen_ai.tool.call.result': 'Paid with 4111.',
    })
  })

  it('is not recorded unless asked for', async () => {
    const spans = await spansOf({})
    for (const { attributes } of spans.spans()) expect(contentOf(attributes)).toEqual({})
  })

  it('is recorded as redacted: texts, numbers, names of members', async () => {
    const redact = (text: string) => text.replace(/4111|key-7/g, '***')
    const spans = await spansOf({ content: { redact } })
    expect(contentOf(spans.named('execute_tool pay').attributes)).toEqual({
      'gen_ai.tool.call.arguments': { card: '***', '***': ['***'] },
      'gen_ai.tool.call.result': 'Paid with ***.',
    })
    expect(contentOf(spans.named('chat scripted-1').attributes)).toMatchObject({
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Card ***, ***.' }] }],
    })
    expect(everything(spans)).not.toMatch(/4111|key-7/)
  })

  it.each<[string, (text: string) => unknown]>([
    ['throws', (text) => expect.fail(`cannot redact ${text}`)],
    ['gives no text', () => undefined],
    ['is asynchronous', async (text) => text],
  ])('is left out when the redaction %s, which is told', async (_, fail) => {
    const redact = (text: string, attribute: string) => {
      const fails = attribute === 'gen_ai.input.messages' || attribute === 'gen_ai.tool.call.result'
      return fails ? (fail(text) as string) : text.toUpperCase()
    }
    const spans = await spansOf({ content: { redact } })
    const chat = spans.named('chat scripted-1').attributes
    expect(chat['x.content.omitted']).toEqual(['gen_ai.input.messages'])
    expect(Object.keys(contentOf(chat))).toEqual(['gen_ai.system_instructions', 'gen_ai.output.messages'])
    const tool = spans.named('execute_tool pay').attributes
    expect(tool['x.content.omitted']).toEqual(['gen_ai.tool.call.result'])
    expect(everything(spans)).not.toContain('cannot redact')
    expect(everything(spans)).not.toContain('Paid with')
  })

  it('shows the redacted question when a guardrail took it out of the history', async () => {
    const modelStep = () => answering(resultOf({ inputRedaction: '[redacted]', stopReason: 'guardrail' }))
    const spans = await spansOf({ content: true }, { modelStep })
    expect(contentOf(spans.named('chat scripted-1').attributes)['gen_ai.input.messages']).toEqual([
      { role: 'user', parts: [{ type: 'text', content: '[redacted]' }] },
    ])
    expect(everything(spans, 'chat scripted-1')).not.toContain('4111')
  })

  it('shows the question of a call that failed, and no word of the error', async () => {
    const modelStep = () => failing(new AgentError('throttled', 'secret error'))
    const spans = await spansOf({ content: true }, { modelStep })
    expect(Object.keys(contentOf(spans.named('chat scripted-1').attributes))).toEqual([
      'gen_ai.system_instructions',
      'gen_ai.input.messages',
    ])
    expect(everything(spans)).not.toContain('secret error')
  })
})

describe('limits', () => {
  const one = (text: string, options: Parameters<typeof describeContent>[1]) =>
    describeContent([inputContent([user(text)])], options)

  it('cut a text that is too long, after it was redacted, and tell so', () => {
    const redact = (text: string) => text.replaceAll('secret', '…')
    const attributes = one(`${'a'.repeat(8)}secret-and-more`, { maxTextLength: 12, redact })
    expect(attributes).toEqual({
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'aaaaaaaa…-an… (18 characters)' }] },
      ]),
      'x.content.truncated': ['gen_ai.input.messages'],
    })
  })

  it('do not cut through a character of two units', () => {
    expect(one('ab😀', { maxTextLength: 3 })['gen_ai.input.messages']).toContain('"ab… (4 characters)"')
  })

  it('keep the last messages that fit', () => {
    const messages = ['one', 'two', 'three'].map(user)
    const long = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'three' }] }])
    expect(describeContent([inputContent(messages)], { maxLength: long.length + 1 })).toEqual({
      'gen_ai.input.messages': long,
      'x.content.truncated': ['gen_ai.input.messages'],
    })
    expect(describeContent([inputContent(messages)], {})).not.toHaveProperty('x.content.truncated')
  })

  it('leave a value out that does not fit', () => {
    const value = { attribute: 'gen_ai.tool.call.result', value: () => 'a'.repeat(100) }
    expect(describeContent([value], { maxLength: 50 })).toEqual({ 'x.content.truncated': ['gen_ai.tool.call.result'] })
  })

  it('have defaults', () => {
    const text = String(one('a'.repeat(5_000), {})['gen_ai.input.messages'])
    expect(text).toContain('(5000 characters)')
    const many = Array.from({ length: 100 }, () => user('a'.repeat(1_000)))
    expect(String(describeContent([inputContent(many)], {})['gen_ai.input.messages']).length).toBeLessThan(32_768)
  })

  it('take the bytes out of data URLs wherever they stand', () => {
    const text = `see data:image/png;base64,${'QUJD'.repeat(10)} there`
    expect(one(text, {})['gen_ai.input.messages']).toContain('"see data:image/png;base64,… there"')
  })
})

async function spansOf(options: OtelOptions, agent: Partial<Parameters<typeof miniRun>[0]> = {}) {
  const recorded = startRecording()
  const text = { type: 'text', text: 'Noted 4111.' } as const
  const result = resultOf({ message: { role: 'assistant', content: [text] } })
  const call = { ...toolCall('1', 'pay'), input: { card: 4111, 'key-7': ['key-7'] } }
  const run = miniRun({
    use: otel(options),
    model: scriptedModel([]),
    request: { system, messages: [user('Card 4111, key-7.')] },
    modelStep: () => answering(result),
    calls: [[call]],
    tools: { pay: toolStep(({ call }) => textResult(call.id, 'Paid with 4111.')) },
    ...agent,
  })
  await drain(run).catch(() => undefined)
  return {
    ...recorded,
    named: (name: string) => {
      const found = recorded.spans().find((span) => span.name === name)
      if (!found) throw new Error(`No span is named "${name}".`)
      return found
    },
  }
}

function contentOf(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const found = Object.entries(attributes).filter(([name]) => contentNames.test(name))
  return Object.fromEntries(found.map(([name, value]) => [name, JSON.parse(String(value))]))
}

function everything({ spans }: Pick<ReturnType<typeof startRecording>, 'spans'>, only?: string): string {
  const shown = spans().filter(({ name }) => only === undefined || name === only)
  return JSON.stringify(shown.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })))
}
