import type { AgentEvent, ModelEnd, ToolOutcome } from '@x/types'
import { serviceTierOf } from '@x/types/cost'
import type { TraceNode } from './trace-node.js'

/** A node that is still being built. */
interface OpenNode {
  readonly kind: TraceNode['kind']
  name: string
  readonly startMs: number
  endMs?: number
  firstChunkMs?: number
  facts: Pick<TraceNode, 'usage' | 'serviceTier' | 'end' | 'error'>
  readonly children: OpenNode[]
}

/** Why steps that nobody ended are over. */
type Closing = Pick<TraceNode, 'end' | 'error'>

/** One run under way. Its model calls come one after another, its tool calls at once. */
interface OpenRun {
  readonly node: OpenNode
  model?: OpenNode | undefined
  readonly tools: Map<string, OpenNode>
  /** By call id and path: one tool may run several agents. */
  readonly childRuns: Map<string, OpenRun>
}

/** Builds a run's tree from its events. */
export class TraceBuilder {
  readonly #now: () => number
  #zeroMs = 0
  #root: OpenRun | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  see(event: AgentEvent): void {
    if (event.type === 'run-start' && !this.#root) {
      this.#zeroMs = this.#now()
      this.#root = openRun(event.path, 0)
    } else if (this.#root) {
      seeEvent(this.#root, event, this.#now() - this.#zeroMs)
    }
  }

  /** Ends what is still open. */
  close(closing: Closing): void {
    if (this.#root) closeNode(this.#root.node, this.#now() - this.#zeroMs, closing)
  }

  toTree(): TraceNode | undefined {
    return this.#root && toNode(this.#root.node)
  }
}

function openRun(path: readonly string[], startMs: number): OpenRun {
  return { node: openNode('agent', path.at(-1) ?? '', startMs), tools: new Map(), childRuns: new Map() }
}

function openNode(kind: TraceNode['kind'], name: string, startMs: number): OpenNode {
  return { kind, name, startMs, facts: {}, children: [] }
}

type EventOf<Type extends AgentEvent['type']> = Extract<AgentEvent, { readonly type: Type }>

/** The events that tell something of a step's beginning or end. */
const handlers: {
  readonly [Type in AgentEvent['type']]?: (run: OpenRun, event: EventOf<Type>, nowMs: number) => void
} = {
  'model-start': (run, { modelId }, nowMs) => startModel(run, modelId, nowMs),
  'model-retry': seeRetry,
  'model-end': endModel,
  'text-delta': seeChunk,
  'reasoning-delta': seeChunk,
  'tool-call-start': seeChunk,
  part: seeChunk,
  message: seeMessage,
  'tool-start': startTool,
  'tool-end': (run, { callId, outcome }, nowMs) => closeNode(run.tools.get(callId), nowMs, toolFacts(outcome)),
  child: seeChild,
  'run-end': endRun,
}

function seeEvent<Type extends AgentEvent['type']>(
  run: OpenRun,
  event: EventOf<Type> & { type: Type },
  nowMs: number,
): void {
  handlers[event.type]?.(run, event, nowMs)
}

function seeChunk({ model }: OpenRun, _event: AgentEvent, nowMs: number): void {
  if (model) model.firstChunkMs ??= nowMs - model.startMs
}

function startTool(run: OpenRun, { callId, name }: EventOf<'tool-start'>, nowMs: number): void {
  const tool = openNode('tool', name, nowMs)
  run.tools.set(callId, tool)
  run.node.children.push(tool)
}

function startModel(run: OpenRun, modelId: string, nowMs: number): void {
  // A further attempt is the same step, of another model perhaps.
  if (run.model && run.model.endMs === undefined && run.model.children.at(-1)?.kind === 'retry') {
    run.model.name = modelId
    return
  }
  run.model = openNode('model', modelId, nowMs)
  run.node.children.push(run.model)
}

function seeRetry({ model }: OpenRun, { attempt, delayMs, code }: EventOf<'model-retry'>, nowMs: number): void {
  if (!model) return
  // An answer that had ended turned out to be of no use.
  delete model.endMs
  delete model.firstChunkMs
  model.facts = {}
  const retry = openNode('retry', String(attempt), nowMs)
  model.children.push(Object.assign(retry, { endMs: nowMs + delayMs, facts: { end: code } }))
}

function endModel({ model }: OpenRun, { usage, stopReason, metadata }: ModelEnd, nowMs: number): void {
  const serviceTier = serviceTierOf(metadata)
  closeNode(model, nowMs, { usage, end: stopReason, ...(serviceTier !== undefined && { serviceTier }) })
}

/** A journal plays an answer back as its message alone. */
function seeMessage(run: OpenRun, { message }: EventOf<'message'>, nowMs: number): void {
  if (message.role === 'assistant' && !run.model) {
    startModel(run, message.model?.modelId ?? '', nowMs)
    const { usage } = message
    closeNode(run.model, nowMs, { end: 'replayed', ...(usage && { usage }) })
  }
  run.model = undefined
}

function seeChild(run: OpenRun, { callId, path, event }: EventOf<'child'>, nowMs: number): void {
  const key = JSON.stringify([callId, ...path])
  if (event.type === 'run-start') {
    const child = openRun(event.path, nowMs)
    run.childRuns.set(key, child)
    const parent = run.tools.get(callId) ?? run.node
    parent.children.push(child.node)
    return
  }
  const child = run.childRuns.get(key)
  if (child) seeEvent(child, event, nowMs)
}

function endRun({ node }: OpenRun, { result }: EventOf<'run-end'>, nowMs: number): void {
  const { usage, status } = result
  for (const child of node.children) closeNode(child, nowMs, { end: status })
  closeNode(node, nowMs, { usage, end: status })
}

function toolFacts(outcome: ToolOutcome): Closing {
  if (outcome.type === 'suspended') return { end: 'suspended' }
  return outcome.result.isError ? { error: outcome.errorCode ?? 'tool-failed' } : {}
}

/** A node that is over stays as it is; what is open inside ends with it. */
function closeNode(node: OpenNode | undefined, nowMs: number, facts: OpenNode['facts']): void {
  if (!node || node.endMs !== undefined) return
  const { end, error } = facts
  for (const child of node.children) {
    closeNode(child, nowMs, { ...(end !== undefined && { end }), ...(error !== undefined && { error }) })
  }
  node.endMs = nowMs
  node.facts = facts
}

function toNode({ kind, name, startMs, endMs, firstChunkMs, facts, children }: OpenNode): TraceNode {
  return {
    kind,
    name,
    startMs: round(startMs),
    ...(endMs !== undefined && { durationMs: round(endMs - startMs) }),
    ...(firstChunkMs !== undefined && { firstChunkMs: round(firstChunkMs) }),
    ...facts,
    children: children.map(toNode),
  }
}

/** To whole microseconds: sums of fractions look odd in JSON. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
