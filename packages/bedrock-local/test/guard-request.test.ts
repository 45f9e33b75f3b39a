import type { GuardrailTraceAssessment } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { LocalGuardrail } from '../src/index.js'
import { ask, forbidden, guarded, guardrail, metrics } from './guarded.js'
import type { Input } from './helpers.js'
import { clientOf, converse, converseStream, httpVersions, textOf, withLocal } from './helpers.js'

describe('which guardrail', () => {
  const refused = (guardrailConfig: object, guardrails: readonly LocalGuardrail[] = [guardrail], rules = true) =>
    withLocal({ reply: () => 'hi', guardrails, rules }, (local) =>
      converse(clientOf(local), { guardrailConfig: guardrailConfig as never }),
    )

  it.each([
    [{ guardrailIdentifier: 'other', guardrailVersion: '1' }],
    [{ guardrailIdentifier: 'gr1', guardrailVersion: '2' }],
    [{ guardrailIdentifier: 'gr1', guardrailVersion: 'DRAFT' }],
  ])('refuses %j in the words of the service', async (guardrailConfig) => {
    await expect(refused(guardrailConfig)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The guardrail identifier or version provided in the request does not exist.',
      $metadata: { httpStatusCode: 400 },
    })
  })

  it('refuses an identifier that is none, with the rules off too', async () => {
    const config = { guardrailIdentifier: 'My Guardrail', guardrailVersion: '1' }
    await expect(refused(config)).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(refused(config, [guardrail], false)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The provided guardrail identifier is invalid.',
    })
  })

  it('is found by its ARN, made up or given', async () => {
    const arn = 'arn:aws:bedrock:eu-west-1:111122223333:guardrail/abc'
    const made = 'arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1'
    await refused({ guardrailIdentifier: made, guardrailVersion: '1' })
    await refused({ guardrailIdentifier: arn, guardrailVersion: 'DRAFT' }, [{ id: 'abc', arn }])
  })

  it('is not looked for by an endpoint without guardrails', async () => {
    await withLocal({ reply: ['forbidden'] }, async (local) => {
      expect((await converse(clientOf(local), ask('forbidden'))).stopReason).toBe('end_turn')
    })
  })

  it('must be able to work, or the endpoint does not start', async () => {
    await expect(withLocal({ guardrails: [{ id: 'No!' }] }, async () => {})).rejects.toThrow('cannot be used')
  })
})

describe.each(httpVersions)('input, over %s', (version) => {
  it('is answered with the blocked message, without asking a model', async () => {
    await withLocal(guarded([]), async (local) => {
      const answer = await converse(clientOf(local, version), ask('Say something forbidden.'))
      expect(answer).toMatchObject({
        output: { message: { role: 'assistant', content: [{ text: 'I may not hear this.' }] } },
        stopReason: 'guardrail_intervened',
        usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
      })
      expect(answer.trace?.guardrail).toEqual({
        inputAssessment: { gr1: { ...forbidden, ...metrics(24) } },
        actionReason: 'Guardrail blocked.',
      })
      expect(local.requests[0]).toMatchObject({ status: 200, usage: { totalTokens: 0 } })
    })
  })

  it('is answered in a stream with one delta', async () => {
    await withLocal(guarded([]), async (local) => {
      const { events } = await converseStream(clientOf(local, version), ask('What about stocks?'))
      expect(events).toEqual([
        { messageStart: { role: 'assistant' } },
        { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'I may not hear this.' } } },
        { contentBlockStop: { contentBlockIndex: 0 } },
        { messageStop: { stopReason: 'guardrail_intervened' } },
        {
          metadata: {
            usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
            metrics: { latencyMs: expect.any(Number) },
            trace: {
              guardrail: {
                inputAssessment: {
                  gr1: {
                    topicPolicy: {
                      topics: [{ name: 'Investments', type: 'DENY', action: 'BLOCKED', detected: true }],
                    },
                    ...metrics(18),
                  },
                },
                actionReason: 'Guardrail blocked.',
              },
            },
          },
        },
      ])
    })
  })
})

describe('input', () => {
  const traceOf = async (input: Input): Promise<GuardrailTraceAssessment | undefined> =>
    withLocal(
      guarded(() => 'Fine.'),
      async (local) => (await converse(clientOf(local), input)).trace?.guardrail,
    )

  it('is all that users say, but not the system prompt, tool results or former answers', async () => {
    const trace = await traceOf({
      ...ask(''),
      system: [{ text: 'Never say forbidden.' }],
      toolConfig: { tools: [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } }] },
      messages: [
        { role: 'user', content: [{ text: 'One.' }] },
        {
          role: 'assistant',
          content: [{ text: 'forbidden' }, { toolUse: { toolUseId: 'a', name: 'look', input: {} } }],
        },
        { role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [{ text: 'forbidden' }] } }] },
        { role: 'user', content: [{ text: 'Two.' }] },
      ],
    })
    expect(trace).toEqual({
      inputAssessment: { gr1: metrics(8) },
      outputAssessments: { gr1: [metrics(5)] },
      actionReason: 'No action.',
    })
  })

  it('is the guarded blocks alone as soon as a message holds one', async () => {
    const trace = await traceOf({
      ...ask(''),
      messages: [
        { role: 'user', content: [{ text: 'forbidden' }, { guardContent: { text: { text: 'Look here.' } } }] },
      ],
    })
    expect(trace?.inputAssessment).toEqual({ gr1: metrics(10, 19) })
    const blocked = await traceOf({
      ...ask(''),
      messages: [{ role: 'user', content: [{ text: 'Fine.' }, { guardContent: { text: { text: 'forbidden' } } }] }],
    })
    expect(blocked?.actionReason).toBe('Guardrail blocked.')
  })

  it('is the guarded blocks of the system prompt beside what users say', async () => {
    const trace = await traceOf({ ...ask('Hi.'), system: [{ guardContent: { text: { text: 'forbidden' } } }] })
    expect(trace?.inputAssessment).toEqual({ gr1: { ...forbidden, ...metrics(12) } })
  })

  it('reaches the model with what is anonymized replaced, and the record as it was', async () => {
    const seen: unknown[] = []
    const options = guarded(({ body }) => {
      seen.push(body.messages)
      return 'Noted.'
    })
    await withLocal(options, async (local) => {
      const input = ask('I am jane@example.com.')
      const answer = await converse(clientOf(local), input)
      expect(seen).toEqual([[{ role: 'user', content: [{ text: 'I am {EMAIL}.' }] }]])
      expect(local.requests[0]?.body.messages).toEqual(input.messages)
      expect(answer.stopReason).toBe('end_turn')
      expect(answer.trace?.guardrail?.actionReason).toBe('Guardrail masked.\nNo action.')
    })
  })

  it('in guarded blocks is heard by the stand-in', async () => {
    const messages: Input['messages'] = [
      { role: 'user', content: [{ guardContent: { text: { text: 'Where is Oslo?' } } }] },
    ]
    await withLocal(guarded(undefined, { chunkCharacters: 1000 }), async (local) => {
      const { events } = await converseStream(clientOf(local), { ...ask(''), messages })
      expect(textOf(events)).toContain('You asked: "Where is Oslo?"')
    })
  })

  it('that is blocked still meets the fault that was chosen for the request', async () => {
    const fault = { type: 'exception' as const, error: 'ThrottlingException', message: 'Wait.', afterFrames: 2 }
    await withLocal({ ...guarded([]), faults: [{ fault }] }, async (local) => {
      const { events, error } = await converseStream(clientOf(local), ask('forbidden'))
      expect(textOf(events)).toBe('I may not hear this.')
      expect(error).toMatchObject({ name: 'ThrottlingException' })
    })
  })
})
