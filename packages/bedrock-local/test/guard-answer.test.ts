import { describe, expect, it } from 'vitest'
import type { BedrockLocalOptions, LocalGuardrail } from '../src/index.js'
import { ask, forbidden, guarded, metrics } from './guarded.js'
import type { Input } from './helpers.js'
import { clientOf, converse, converseStream, textOf, withLocal } from './helpers.js'

describe('output', () => {
  it('is replaced when it is blocked, tool calls and all', async () => {
    const content = [{ text: 'This is forbidden.' }, { toolUse: { name: 'look', input: {} } }]
    await withLocal(guarded([{ content }]), async (local) => {
      const answer = await converse(clientOf(local), ask('Hi.'))
      expect(answer.output?.message?.content).toEqual([{ text: 'I may not say this.' }])
      expect(answer.stopReason).toBe('guardrail_intervened')
      expect(answer.usage?.outputTokens).toBeGreaterThan(4)
      expect(answer.trace?.guardrail).toEqual({
        modelOutput: ['This is forbidden.'],
        inputAssessment: { gr1: metrics(3) },
        outputAssessments: { gr1: [{ ...forbidden, ...metrics(18) }] },
        actionReason: 'No action.\nGuardrail blocked.',
      })
    })
  })

  it('is anonymized in its texts, and the rest of it stays', async () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'forbidden, a@example.com' } } },
      { text: 'Write to a@example.com' },
      { citationsContent: { content: [{ text: 'or b@example.com' }], citations: [{ title: 'Page' }] } },
    ]
    await withLocal(guarded([{ content }]), async (local) => {
      const answer = await converse(clientOf(local), ask('Hi.'))
      expect(answer.output?.message?.content).toEqual([
        { reasoningContent: { reasoningText: { text: 'forbidden, a@example.com' } } },
        { text: 'Write to {EMAIL}' },
        { citationsContent: { content: [{ text: 'or {EMAIL}' }], citations: [{ title: 'Page' }] } },
      ])
      expect(answer.stopReason).toBe('guardrail_intervened')
      expect(answer.trace?.guardrail?.outputAssessments?.gr1?.[0]?.sensitiveInformationPolicy).toEqual({
        piiEntities: [
          { type: 'EMAIL', match: 'a@example.com', action: 'ANONYMIZED', detected: true },
          { type: 'EMAIL', match: 'b@example.com', action: 'ANONYMIZED', detected: true },
        ],
        regexes: [],
      })
    })
  })

  it('passes with its own stop reason, and without a trace unless one is asked for', async () => {
    await withLocal(
      guarded(() => 'Fine.'),
      async (local) => {
        for (const trace of ['disabled', undefined] as const) {
          const answer = await converse(clientOf(local), ask('Hi.', { trace }))
          expect(answer).toMatchObject({
            stopReason: 'end_turn',
            output: { message: { content: [{ text: 'Fine.' }] } },
          })
          expect(answer.trace).toBeUndefined()
        }
      },
    )
  })

  it('is not judged when there is only a tool call', async () => {
    await withLocal(
      guarded([{ content: [{ toolUse: { name: 'look', input: { word: 'forbidden' } } }] }]),
      async (local) => {
        const answer = await converse(clientOf(local), ask('Hi.'))
        expect(answer.stopReason).toBe('tool_use')
        expect(answer.trace?.guardrail).toEqual({ inputAssessment: { gr1: metrics(3) }, actionReason: 'No action.' })
      },
    )
  })

  it('shows what was looked for and not found in a full trace', async () => {
    await withLocal(
      guarded(() => 'Fine.'),
      async (local) => {
        const answer = await converse(clientOf(local), ask('Hi.', { trace: 'enabled_full' }))
        const nothing = {
          topicPolicy: { topics: [{ name: 'Investments', type: 'DENY', action: 'NONE', detected: false }] },
          sensitiveInformationPolicy: {
            piiEntities: [{ type: 'EMAIL', match: '', action: 'NONE', detected: false }],
            regexes: [],
          },
        }
        expect(answer.trace?.guardrail).toEqual({
          inputAssessment: { gr1: { ...nothing, ...metrics(3) } },
          outputAssessments: { gr1: [{ ...nothing, ...metrics(5) }] },
          actionReason: 'No action.',
        })
      },
    )
  })

  it('is held to the source that the request names', async () => {
    const grounding = { groundingThreshold: 0.7 }
    const messages: Input['messages'] = [
      {
        role: 'user',
        content: [
          { guardContent: { text: { text: 'London is the capital of England.', qualifiers: ['grounding_source'] } } },
          { guardContent: { text: { text: 'What is the capital of England?', qualifiers: ['query'] } } },
        ],
      },
    ]
    await withLocal(guarded(['It is London.', 'Bananas are yellow.'], { grounding }), async (local) => {
      const client = clientOf(local)
      const right = await converse(client, { ...ask(''), messages })
      expect(right.stopReason).toBe('end_turn')
      const wrong = await converse(client, { ...ask(''), messages })
      expect(wrong.output?.message?.content).toEqual([{ text: 'I may not say this.' }])
      expect(wrong.trace?.guardrail?.outputAssessments?.gr1?.[0]).toMatchObject({
        contextualGroundingPolicy: {
          filters: [{ type: 'GROUNDING', threshold: 0.7, score: 0, action: 'BLOCKED', detected: true }],
        },
        invocationMetrics: { usage: { contextualGroundingPolicyUnits: 1 } },
      })
    })
  })

  it('that a pattern never gets done with is an error of the test, not a pass', async () => {
    const regexes = [{ name: 'slow', pattern: '(a+)+$', action: 'BLOCK' as const, side: 'output' as const }]
    await withLocal(guarded([`${'a'.repeat(60)}!`], { regexes }), async (local) => {
      await expect(converse(clientOf(local), ask('Hi.'))).rejects.toMatchObject({
        name: 'LocalReplyError',
        message: expect.stringContaining('took longer than 500 ms'),
      })
    })
  })
})

describe('a stream', () => {
  const early = 'The first sentence is quite harmless. '
  const late = 'The second one is forbidden. The third never comes.'

  /** Its deltas, and how it ended. */
  async function streamed(
    reply: BedrockLocalOptions['reply'],
    more: object = {},
    policies: Partial<LocalGuardrail> = {},
  ) {
    return withLocal(guarded(reply, policies), async (local) => {
      const { events, error } = await converseStream(clientOf(local), ask('Hi.', more))
      expect(error).toBeUndefined()
      return {
        deltas: events.flatMap(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? []),
        stopReason: events.find(({ messageStop }) => messageStop)?.messageStop?.stopReason,
        trace: events.at(-1)?.metadata?.trace?.guardrail,
        text: textOf(events),
      }
    })
  }

  it('in sync mode holds text back until its chunk has passed, and never sends what is blocked', async () => {
    for (const more of [{}, { streamProcessingMode: 'sync' }]) {
      const { deltas, stopReason, trace } = await streamed([early + late], more)
      expect(deltas).toEqual([early, 'I may not say this.'])
      expect(stopReason).toBe('guardrail_intervened')
      expect(trace).toEqual({
        modelOutput: [early + late],
        inputAssessment: { gr1: metrics(3) },
        outputAssessments: { gr1: [metrics(early.length), { ...forbidden, ...metrics(29) }] },
        actionReason: 'No action.\nGuardrail blocked.',
      })
    }
  })

  it('in async mode has sent the text when the verdict comes', async () => {
    const { deltas, stopReason, text, trace } = await streamed([early + late], { streamProcessingMode: 'async' })
    expect(text).toBe(`${early}The second one is forbidden. I may not say this.`)
    expect(deltas.length).toBeGreaterThan(10)
    expect(deltas.at(-1)).toBe('I may not say this.')
    expect(stopReason).toBe('guardrail_intervened')
    expect(trace?.outputAssessments?.gr1).toHaveLength(2)
  })

  it('sends nothing of the blocks behind a blocked one', async () => {
    const content = [{ text: 'It is forbidden.' }, { toolUse: { name: 'look', input: {} } }, { text: 'More.' }]
    const { deltas, stopReason } = await streamed([{ content }])
    expect(deltas).toEqual(['I may not say this.'])
    expect(stopReason).toBe('guardrail_intervened')
  })

  it('anonymizes in sync mode, and does not in async mode', async () => {
    const text = 'Write to a@example.com today.'
    const sync = await streamed([text])
    expect(sync.deltas).toEqual(['Write to {EMAIL} today.'])
    expect(sync.stopReason).toBe('guardrail_intervened')
    const async = await streamed([text], { streamProcessingMode: 'async' })
    expect(async.text).toBe(text)
    expect(async.stopReason).toBe('end_turn')
    expect(async.trace?.actionReason).toBe('No action.')
    expect(async.trace?.outputAssessments?.gr1?.[0]?.sensitiveInformationPolicy?.piiEntities).toEqual([
      { type: 'EMAIL', match: 'a@example.com', action: 'NONE', detected: true },
    ])
  })

  it('loses no character, wherever the chunks end', async () => {
    const text = `${'word '.repeat(30)}${'x'.repeat(100)} 😀${'😀'.repeat(30)}\nEnd. Really! Yes? `
    for (const chunkCharacters of [1, 2, 7, 40, 1000]) {
      const { text: received, stopReason } = await streamed([text], {}, { chunkCharacters })
      expect(received).toBe(text)
      expect(stopReason).toBe('end_turn')
    }
  })
})
