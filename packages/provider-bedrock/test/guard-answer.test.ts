import type { JsonObject, ModelEnd, ModelEvent } from '@x/types'
import { describe, expect, it } from 'vitest'
import { guardAnswer } from '../src/guard-answer.js'
import type { GuardrailConfig } from '../src/guardrail-config.js'

const text: ModelEvent[] = [{ type: 'text-delta', text: 'secret' }, { type: 'part-end' }]
const call: ModelEvent[] = [{ type: 'tool-call-start', id: 't1', name: 'add' }, { type: 'part-end' }]
const input = { type: 'redaction', side: 'input', text: '[User input redacted.]' } as const
const output = { type: 'redaction', side: 'output', text: '[Assistant output redacted.]' } as const

const entries = (action: string) => ({ g: { wordPolicy: { customWords: [{ match: 'w', action }] } } })
const traceOf = (side: 'input' | 'output' | 'both', action = 'BLOCKED'): JsonObject => ({
  guardrail: {
    modelOutput: ['secret'],
    ...(side !== 'output' && { inputAssessment: entries(action) }),
    ...(side !== 'input' && { outputAssessments: entries(action) }),
  },
})
const endOf = (trace?: JsonObject, stopReason: ModelEnd['stopReason'] = 'guardrail'): ModelEnd => ({
  type: 'model-end',
  stopReason,
  providerStopReason: 'guardrail_intervened',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  ...(trace && { trace }),
})

function guarded(events: readonly ModelEvent[], config: Partial<GuardrailConfig> = {}): ModelEvent[] {
  const guard = guardAnswer({ id: 'g', version: '1', ...config })
  return events.flatMap((event) => [...guard.push(event)])
}

describe('guardAnswer', () => {
  it('lets an answer pass that was not touched', () => {
    const events = [...text, endOf(traceOf('both', 'NONE'), 'end')]

    expect(guarded(events)).toEqual(events)
    expect(guarded(events, { mode: 'buffer' })).toEqual(events)
  })

  it('goes by the trace also when the stop reason hides the block', () => {
    const end = endOf(traceOf('input'), 'end')

    expect(guarded([...text, end])).toEqual([...text, input, { ...end, stopReason: 'guardrail' }])
  })

  it.each([
    ['input', {}, [input]],
    ['input', { redactInput: 'Gone.' }, [{ ...input, text: 'Gone.' }]],
    ['input', { redactInput: false, redactOutput: true }, []],
    ['output', {}, []],
    ['output', { redactOutput: true }, [output]],
    ['output', { redactOutput: 'Gone.' }, [{ ...output, text: 'Gone.' }]],
    ['both', { redactOutput: true }, [input, output]],
  ] as const)('rewrites the side that was blocked: %s with %j', (side, config, redactions) => {
    const end = endOf(traceOf(side))

    expect(guarded([...text, end], config)).toEqual([...text, ...redactions, end])
  })

  it('goes on with the tool calls of an anonymized answer', () => {
    const end = endOf(traceOf('both', 'ANONYMIZED'))
    const warning = expect.objectContaining({ type: 'warning', code: 'guardrail-anonymized' })

    expect(guarded([...text, end])).toEqual([...text, warning, { ...end, stopReason: 'end' }])
    expect(guarded([...call, end])).toEqual([...call, warning, { ...end, stopReason: 'tool-use' }])
  })

  it('holds a buffered answer back until its verdict, warnings aside', () => {
    const guard = guardAnswer({ id: 'g', version: '1', mode: 'buffer' })
    const warning: ModelEvent = { type: 'warning', message: 'w' }

    expect(guard.withholds).toBe(true)
    expect([...text, ...call].flatMap((event) => [...guard.push(event)])).toEqual([])
    expect(guard.push(warning)).toEqual([warning])
    expect(guard.push(endOf(traceOf('input')))).toEqual([...text, ...call, input, endOf(traceOf('input'))])
  })

  it.each([
    [{}, output.text],
    [{ redactOutput: false }, output.text],
    [{ redactOutput: 'Gone.' }, 'Gone.'],
  ])('shows a text in place of a blocked answer that was buffered: %j', (config, shown) => {
    const replaced = [{ type: 'text-delta', text: shown }, { type: 'part-end' }]
    const events = guarded([...text, ...call, endOf(traceOf('output'))], { ...config, mode: 'buffer' })

    expect(events.slice(0, 3)).toEqual([...replaced, { ...output, text: shown }])
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  it('shows nothing of a buffered answer either when no trace says which side it was', () => {
    const events = guarded([...text, endOf()], { mode: 'buffer' })

    expect(events).toEqual([{ type: 'text-delta', text: output.text }, { type: 'part-end' }, input, output, endOf()])
  })
})
