import { describe, expect, it } from 'vitest'
import { formatTrace } from '../src/format-trace.js'
import type { TraceNode } from '../src/trace-node.js'

const usage = { inputTokens: 1200, outputTokens: 85, totalTokens: 21_285, cacheReadTokens: 20_000 }
const tree: TraceNode = {
  ...{ kind: 'agent', name: 'clerk', startMs: 0, durationMs: 2400, usage, end: 'done' },
  children: [
    {
      ...{ kind: 'model', name: 'us.amazon.nova-pro-v1:0', startMs: 2, durationMs: 800, firstChunkMs: 300, usage },
      ...{ end: 'tool-use' },
      children: [{ kind: 'retry', name: '2', startMs: 100, durationMs: 90, end: 'throttled', children: [] }],
    },
    { kind: 'tool', name: 'look_up', startMs: 810, durationMs: 400, error: 'tool-failed', children: [] },
    {
      ...{ kind: 'tool', name: 'scout', startMs: 810, durationMs: 1500 },
      children: [{ kind: 'span', name: 'SELECT', startMs: 815, durationMs: 0.4, children: [] }],
    },
  ],
}
const prices = { 'amazon.nova-pro-v1:0': { input: 0.8, output: 3.2, cacheRead: 0.2 } }

describe('formatTrace', () => {
  it('draws the tree with times, tokens, cost and how each step ended', () => {
    expect(formatTrace(tree, { width: 120, prices })).toBe(
      [
        'step                              start    time                                in  out  cached      cost  end',
        'invoke_agent clerk                 0 ms  2.40 s  ━━━━━━━━━━━━━━━━━━━━━━━━  21,200   85  20,000  0.005232  done',
        '├─ chat us.amazon.nova-pro-v1:0    2 ms  800 ms  ░░░█████                  21,200   85  20,000  0.005232  tool-use',
        '│  └─ retry 2                    100 ms   90 ms   ·                                                       throttled',
        '├─ execute_tool look_up          810 ms  400 ms          ▒▒▒▒                                             ✗ tool-failed',
        '└─ execute_tool scout            810 ms  1.50 s          ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒',
        '   └─ SELECT                     815 ms    0 ms          ─',
      ].join('\n'),
    )
  })

  it.each([40, 50, 60, 70, 80, 100, 120, 200])('keeps within %i characters, and its columns straight', (width) => {
    const lines = formatTrace(tree, { width, prices }).split('\n')
    expect(lines).toHaveLength(7)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
    const end = (lines[0] ?? '').indexOf('time') + 'time'.length
    for (const line of lines.slice(1)) expect(line.slice(0, end)).toMatch(/\d (ms|s)$/)
  })

  it('leaves out columns that have nothing to say', () => {
    const plain: TraceNode = {
      kind: 'agent',
      name: '',
      end: 'done',
      children: [{ kind: 'tool', name: 'add', children: [] }],
    }
    expect(formatTrace(plain)).toBe('step                 end\ninvoke_agent         done\n└─ execute_tool add')
  })

  it('adds up the costs below a step, and says where something has no price', () => {
    const other: TraceNode = {
      ...tree,
      children: [...tree.children, { kind: 'model', name: 'other', usage, children: [] }],
    }
    const costs = (node: TraceNode, table?: typeof prices) =>
      formatTrace(node, { width: 160, ...(table && { prices: table }) })
        .split('\n')
        .map((line) => / (\?|\d\.\d{6}) /.exec(`${line} `)?.[1])
    expect(costs(tree, prices).slice(0, 3)).toEqual([undefined, '0.005232', '0.005232'])
    expect(costs(other, prices).at(1)).toBe('?')
    expect(costs(other, prices).at(-1)).toBe('?')
    expect(costs(tree)).toEqual(costs(tree).map(() => undefined))
    expect(
      costs({ kind: 'agent', name: 'a', children: [{ kind: 'model', name: 'm', cost: 0.25, children: [] }] }),
    ).toEqual([...[undefined, '0.250000', '0.250000']])
  })

  it.each([
    [0.4, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [59_990, '59.99 s'],
    [59_999, '1:00 min'],
    [754_000, '12:34 min'],
  ])('writes %d milliseconds as %s', (durationMs, text) => {
    expect(formatTrace({ kind: 'span', name: 'x', startMs: 0, durationMs, children: [] })).toContain(` ${text} `)
  })

  it('lets no name steer the terminal or break the line', () => {
    const evil: TraceNode = { kind: 'tool', name: 'a\u001b[31m\nb\u202e', error: 'x\r', children: [] }
    expect(formatTrace(evil)).toBe('step                    end\nexecute_tool a?[31m?b?  ✗ x?')
  })

  it('colours only when it is asked to, and says the same then', () => {
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
    const colored = formatTrace(tree, { color: true })
    expect(colored).toMatch(escapes)
    const bare = colored
      .replace(escapes, '')
      .split('\n')
      .map((line) => line.trimEnd())
    expect(bare.join('\n')).toBe(formatTrace(tree))
  })

  it('takes several trees and spans as they come from an SDK', () => {
    const span = {
      ...{ name: 'work', status: { code: 0 }, attributes: {}, events: [] },
      spanContext: () => ({ traceId: 't', spanId: 's' }),
      startTime: [1, 0],
      duration: [0, 5_000_000],
    } as const
    expect(formatTrace([span])).toMatch(/work +0 ms +5 ms/)
    expect(formatTrace([tree, tree]).split('\n')).toHaveLength(13)
    expect(formatTrace([])).toBe('(no spans)')
  })
})
