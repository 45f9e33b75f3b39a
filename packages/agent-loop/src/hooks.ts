import type {
  AgentEvent,
  Middleware,
  ModelCall,
  ModelResult,
  RunCall,
  RunResult,
  Step,
  ToolCall,
  ToolOutcome,
  TurnCall,
  TurnResult,
  Wrap,
} from '@x/types'

type Maybe<Value> = Value | undefined | void | Promise<Value | undefined | void>

/**
 * Functions to call before and after a step. A `before` may give another call, an `after` another result; `undefined`
 * leaves things as they are. What one throws ends the step like a failure of its own.
 */
export interface Hooks {
  beforeRun?(call: RunCall): Maybe<RunCall>
  afterRun?(result: RunResult, call: RunCall): Maybe<RunResult>
  beforeTurn?(call: TurnCall): Maybe<TurnCall>
  afterTurn?(result: TurnResult, call: TurnCall): Maybe<TurnResult>
  beforeModel?(call: ModelCall): Maybe<ModelCall>
  afterModel?(result: ModelResult, call: ModelCall): Maybe<ModelResult>
  beforeTool?(call: ToolCall): Maybe<ToolCall>
  afterTool?(outcome: ToolOutcome, call: ToolCall): Maybe<ToolOutcome>
  /** Sees every event between `run-start` and `run-end`. */
  onEvent?(event: AgentEvent): void
}

/** Hooks as a layer, for those who need less than a wrap can do. */
export function hooks(hooks: Hooks, name = 'hooks'): Middleware {
  const run = around(hooks.beforeRun, hooks.afterRun)
  const turn = around(hooks.beforeTurn, hooks.afterTurn)
  const model = around(hooks.beforeModel, hooks.afterModel)
  const tool = around(hooks.beforeTool, hooks.afterTool)
  const { onEvent } = hooks
  return {
    name,
    ...(onEvent ? { run: (call, next) => watch(run ? run(call, next) : next(call), onEvent) } : run && { run }),
    ...(turn && { turn }),
    ...(model && { model }),
    ...(tool && { tool }),
  }
}

function around<Call, Result>(
  before: ((call: Call) => Maybe<Call>) | undefined,
  after: ((result: Result, call: Call) => Maybe<Result>) | undefined,
): Wrap<Call, Result> | undefined {
  if (!before && !after) return undefined
  return async function* (given: Call, next: Step<Call, Result>) {
    const call = (await before?.(given)) ?? given
    const result = yield* next(call)
    return (await after?.(result, call)) ?? result
  }
}

async function* watch<Result>(
  step: AsyncGenerator<AgentEvent, Result, void>,
  onEvent: (event: AgentEvent) => void,
): AsyncGenerator<AgentEvent, Result, void> {
  try {
    for (;;) {
      const { done, value } = await step.next()
      if (done) return value
      onEvent(value)
      yield value
    }
  } finally {
    await step.return(undefined as Result)
  }
}
