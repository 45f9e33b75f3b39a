import { noUsage } from '@x/types'
import { expect, test } from 'vitest'
import { stepTree } from '../src/step-tree.js'

test('draws the steps of a run, nested, with times and notes', () => {
  let ms = 0
  const tree = stepTree(() => (ms += 10))
  const usage = { inputTokens: 5, outputTokens: 2, totalTokens: 7 }
  const result = { type: 'tool-result', id: 'a', content: [], isError: true } as const
  tree.see({ type: 'run-start', runId: 'r', path: ['agent'] })
  tree.see({ type: 'turn-start', turn: 1 })
  tree.see({ type: 'model-start', key: 'k', provider: 'p', modelId: 'm' })
  tree.see({ type: 'model-end', stopReason: 'tool-use', providerStopReason: 'tool_use', usage })
  tree.see({ type: 'tool-start', callId: 'a', name: 'add', input: {} })
  tree.see({ type: 'tool-start', callId: 'b', name: 'sub', input: {} })
  tree.see({
    type: 'tool-end',
    callId: 'b',
    name: 'sub',
    outcome: { type: 'result', result: { ...result, isError: false } },
  })
  tree.see({ type: 'tool-end', callId: 'a', name: 'add', outcome: { type: 'result', result } })
  tree.see({ type: 'turn-start', turn: 2 })
  tree.see({ type: 'model-start', key: 'k', provider: 'p', modelId: 'm' })
  tree.see({ type: 'model-end', stopReason: 'end', providerStopReason: 'end_turn', usage })
  tree.see({
    type: 'run-end',
    result: { runId: 'r', status: 'done', messages: [], usage: { ...noUsage, totalTokens: 14 }, turns: 2, pending: [] },
  })
  expect(tree.toString()).toBe(
    [
      'run agent  110 ms  done, 14 tokens',
      '├─ turn 1',
      '│  ├─ model m  10 ms  5 tokens in, 2 out, tool-use',
      '│  ├─ tool add  30 ms  failed',
      '│  └─ tool sub  10 ms  ok',
      '└─ turn 2',
      '   └─ model m  10 ms  5 tokens in, 2 out, end',
    ].join('\n'),
  )
})
