import type {
  AgentEvent,
  ErrorCode,
  JsonValue,
  RunContext,
  Tool,
  ToolCall,
  ToolContext,
  ToolOutcome,
  ToolOutput,
} from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { linkSignals, maxTimerMs } from './link-signal.js'
import { promiseStep } from './promise-step.js'
import { toToolContent } from './tool-output.js'

/** How long an aborted tool may take to hand in a result that is all but ready. */
const abortGraceMs = 50

/**
 * The innermost tool step. What goes wrong with a tool is a result for the model to read; only errors of scope `run`
 * (an abort, a budget, a journal) pass through.
 */
export async function* callTool(call: ToolCall): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  const { id: callId, name, input } = call.call
  yield { type: 'tool-start', callId, name, input }
  let outcome: ToolOutcome
  try {
    outcome = yield* perform({ ...call, run: toToolRun(call.run) })
  } catch (error) {
    if (!isAgentError(error)) outcome = failed(callId, 'tool-failed', messageOf(error))
    else {
      const { usage } = error.partial ?? {}
      // What a sub-agent was saying is not what this run was saying; what it spent counts.
      error.partial = { ...(usage && { usage }) }
      if (error.scope === 'run') throw error
      outcome = { ...failed(callId, error.code, error.message), ...(usage && { usage }) }
    }
  }
  yield { type: 'tool-end', callId, name, outcome }
  return outcome
}

/** A result that tells the model what went wrong. */
function failed(id: string, errorCode: ErrorCode, text: string): ToolOutcome {
  const content = [{ type: 'text', text } as const]
  return { type: 'result', result: { type: 'tool-result', id, content, isError: true }, errorCode }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function* perform(call: ToolCall): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  const { tool, call: part } = call
  const { id, name } = part
  if (part.malformedInput !== undefined) {
    const text = `The arguments of ${name} are not valid JSON. Call it again with one JSON object.`
    return failed(id, 'malformed-tool-call', text)
  }
  if (!tool) return failed(id, 'unknown-tool', `There is no tool named ${name}.`)
  if (!call.approved && needsApproval(call)) {
    return failed(id, 'not-approved', `${name} was not run: it needs an approval, and nobody gave one.`)
  }
  if (call.run.signal.aborted) throw abortError(call.run.signal)
  if (tool.step) return yield* stepInTime(call, tool.step)
  const output = yield* promiseStep((emit) => inTime(call, emit))
  return { type: 'result', result: { type: 'tool-result', id, content: toToolContent(output) } }
}

function needsApproval({ tool, call }: ToolCall): boolean {
  const { needsApproval = false } = tool ?? {}
  return typeof needsApproval === 'function' ? needsApproval(call.input) : needsApproval
}

/** What the model calls of a tool spent is booked by its run, so an error that the tool hands on no longer says it. */
function toToolRun(run: RunContext): RunContext {
  return {
    ...run,
    async *model(call) {
      try {
        return yield* run.model(call)
      } catch (error) {
        if (isAgentError(error) && error.partial) {
          const { usage: _booked, ...partial } = error.partial
          error.partial = partial
        }
        throw error
      }
    },
  }
}

/** As {@link inTime}; a step that does not listen to its signal cannot be ended. */
async function* stepInTime(
  call: ToolCall,
  step: NonNullable<Tool['step']>,
): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  const timeoutMs = call.tool?.timeoutMs
  if (timeoutMs === undefined) return yield* step(call)
  const { run } = call
  const { controller, unlink } = linkSignals(run.signal)
  const timer = setTimeout(() => controller.abort(timedOut(call, timeoutMs)), Math.min(timeoutMs, maxTimerMs))
  try {
    return yield* step({ ...call, run: { ...run, signal: controller.signal } })
  } catch (error) {
    if (run.signal.aborted || !controller.signal.aborted) throw error
    throw Object.assign(controller.signal.reason, isAgentError(error) && error.partial && { partial: error.partial })
  } finally {
    clearTimeout(timer)
    unlink()
  }
}

function timedOut({ call }: ToolCall, timeoutMs: number): AgentError {
  return new AgentError('timeout', `${call.name} took longer than ${timeoutMs} ms.`)
}

/** @throws AgentError `timeout` when the tool has a bound and does not keep it; its signal is aborted then */
async function inTime(call: ToolCall, emit: (event: AgentEvent) => void): Promise<ToolOutput> {
  const { signal } = call.run
  const timeoutMs = call.tool?.timeoutMs
  if (timeoutMs === undefined) return untilAborted(signal, execute(call, signal, emit))
  const { controller, unlink } = linkSignals(signal)
  const timer = setTimeout(() => controller.abort(timedOut(call, timeoutMs)), Math.min(timeoutMs, maxTimerMs))
  try {
    return await untilAborted(controller.signal, execute(call, controller.signal, emit))
  } catch (error) {
    throw !signal.aborted && controller.signal.aborted ? controller.signal.reason : error
  } finally {
    clearTimeout(timer)
    unlink()
  }
}

async function execute(call: ToolCall, signal: AbortSignal, emit: (event: AgentEvent) => void): Promise<ToolOutput> {
  const { tool, call: part, run, key, model } = call
  if (!tool?.execute) throw new AgentError('tool-failed', `The tool ${part.name} has neither execute nor step.`)
  const progress = (value: JsonValue) => emit({ type: 'tool-progress', callId: part.id, progress: value })
  const context: ToolContext = { id: part.id, key, signal, emit: progress, model, run, env: run.env }
  const output = await tool.execute(part.input, context)
  return isGenerator(output) ? drain(output, progress, signal) : output
}

async function drain(
  generator: AsyncGenerator<JsonValue, ToolOutput, void>,
  progress: (value: JsonValue) => void,
  signal: AbortSignal,
): Promise<ToolOutput> {
  for (;;) {
    const { done, value } = await generator.next()
    if (done) return value
    progress(value)
    if (signal.aborted) await generator.return(undefined)
  }
}

function isGenerator(value: unknown): value is AsyncGenerator<JsonValue, ToolOutput, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** A tool that does not listen to its signal must not keep the run from ending. */
async function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let onAbort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(abortError(signal)), abortGraceMs)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } catch (error) {
    // A tool that does listen usually throws what its signal said: that is the abort, not a failure of the tool.
    throw signal.aborted ? abortError(signal) : error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function abortError(signal: AbortSignal): AgentError {
  return new AgentError('aborted', 'The run was aborted while a tool ran.', { scope: 'run', cause: signal.reason })
}
