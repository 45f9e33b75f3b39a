import type { AgentEvent } from '@x/types'
import { expect, test } from 'vitest'
import { showEvents } from '../src/show-events.js'

function shown(...events: AgentEvent[]): string {
  let output = ''
  const show = showEvents((text) => void (output += text))
  for (const event of events) show(event)
  return output
}

const result = (id: string, text: string, isError = false) => ({
  type: 'result' as const,
  result: { type: 'tool-result' as const, id, content: [{ type: 'text' as const, text }], isError },
})

test('text as it streams, calls by number on lines of their own', () => {
  expect(
    shown(
      { type: 'text-delta', text: 'Let me ' },
      { type: 'text-delta', text: 'see.' },
      { type: 'tool-start', callId: 'long-a', name: 'add', input: { a: 1 } },
      { type: 'tool-start', callId: 'long-b', name: 'sub', input: {} },
      { type: 'tool-progress', callId: 'long-b', progress: 'half way' },
      { type: 'tool-end', callId: 'long-b', name: 'sub', outcome: result('long-b', 'oops', true) },
      { type: 'tool-end', callId: 'long-a', name: 'add', outcome: result('long-a', '3') },
      { type: 'text-delta', text: 'Three.' },
      {
        type: 'run-end',
        result: {
          ...{ runId: 'r', status: 'done', messages: [], turns: 2, pending: [] },
          usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
        },
      },
    ),
  ).toBe('Let me see.\n  #1 add {"a":1}\n  #2 sub {}\n  #2 … half way\n  #2 = failed: oops\n  #1 = 3\nThree.\n')
})
