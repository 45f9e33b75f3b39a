import type { AgentEvent } from '@x/types'

interface StepLine {
  readonly depth: number
  readonly label: string
  readonly startedMs: number
  endedMs?: number
  note?: string
}

/** Builds the tree of a run's steps from its events, with how long each took on `now`'s clock (milliseconds). */
export function stepTree(now: () => number = () => performance.now()): {
  see(event: AgentEvent): void
  toString(): string
} {
  const lines: StepLine[] = []
  const tools = new Map<string, StepLine>()
  let model: StepLine | undefined
  const open = (depth: number, label: string) => {
    const line: StepLine = { depth, label, startedMs: now() }
    lines.push(line)
    return line
  }
  const close = (line: StepLine | undefined, note: string) => {
    if (line) Object.assign(line, { endedMs: now(), note })
  }
  return {
    see(event) {
      switch (event.type) {
        case 'run-start':
          open(0, `run ${event.path.join('/')}`)
          break
        case 'turn-start':
          open(1, `turn ${event.turn}`)
          break
        case 'model-start':
          model = open(2, `model ${event.modelId}`)
          break
        case 'model-end':
          close(model, `${event.usage.inputTokens} tokens in, ${event.usage.outputTokens} out, ${event.stopReason}`)
          break
        case 'tool-start':
          tools.set(event.callId, open(2, `tool ${event.name}`))
          break
        case 'tool-end': {
          const failed = event.outcome.type === 'result' && event.outcome.result.isError
          close(tools.get(event.callId), failed ? 'failed' : 'ok')
          break
        }
        case 'run-end':
          close(lines[0], `${event.result.status}, ${event.result.usage.totalTokens} tokens`)
          break
      }
    },
    toString: () => lines.map((line, index) => `${branch(lines, index)}${line.label}${timing(line)}`).join('\n'),
  }
}

function timing({ startedMs, endedMs, note }: StepLine): string {
  return endedMs === undefined ? '' : `  ${Math.round(endedMs - startedMs)} ms  ${note}`
}

/** The strokes that lead to a line: one column for each level above, open where a sibling follows. */
function branch(lines: readonly StepLine[], index: number): string {
  const depth = lines[index]?.depth ?? 0
  const hasSibling = (level: number) => {
    const next = lines.slice(index + 1).find((line) => line.depth <= level)
    return next?.depth === level
  }
  const columns = Array.from({ length: depth }, (_, column) => column + 1)
  return columns
    .map((level) => {
      const sibling = hasSibling(level)
      if (level === depth) return sibling ? '├─ ' : '└─ '
      return sibling ? '│  ' : '   '
    })
    .join('')
}
