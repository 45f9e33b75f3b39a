import { scriptedModel } from '@x/types/testing'
import { expect, test } from 'vitest'
import { runAgent } from '../src/index.js'
import { addTool, callPart, collect, say, user } from './helpers.js'

const redact = { type: 'redaction', side: 'input', text: '[redacted]' } as const

test('a redacted input replaces the user message and announces the new history', async () => {
  const model = scriptedModel([{ content: [say('I cannot help.')], events: [redact], stopReason: 'guardrail' }])
  const events = await collect(runAgent({ model, runId: 'r' }, user('my secret')))
  const last = events.at(-1)
  expect(last).toMatchObject({ result: { status: 'guardrail', messages: [{ content: [say('[redacted]')] }, {}] } })
  expect(events.find(({ type }) => type === 'history')).toMatchObject({ messages: [{ id: 'r.0' }] })
  expect(JSON.stringify(last)).not.toContain('my secret')
})

test('a redacted tool message keeps its shape', async () => {
  const model = scriptedModel([
    [callPart('1', 'add', { a: 1, b: 2 }), callPart('2', 'add', { a: 3, b: 4 })],
    { content: [say('No.')], events: [redact], stopReason: 'guardrail' },
  ])
  const events = await collect(runAgent({ model, tools: [addTool] }, user('go')))
  const last = events.at(-1)
  expect(last?.type === 'run-end' && last.result.messages[2]?.content).toEqual([
    { type: 'tool-result', id: '1', content: [say('[redacted]')] },
    { type: 'tool-result', id: '2', content: [say('[redacted]')] },
  ])
})
