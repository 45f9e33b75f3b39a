import type { AgentEvent, Message, Middleware, Model, TurnCall } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { countRequest, estimateRequest, estimateTokens } from './estimate-tokens.js'
import { toModelRequest } from './model-request.js'
import { shortenResults } from './shorten-results.js'
import { summarise } from './summarise.js'
import { unansweredCalls } from './tool-calls.js'
import { noteSuffix, windowOf } from './window-of.js'

export interface CompactOptions {
  /** Tokens a request may have. Default: 80 % of what the model's capabilities say it takes, or 100,000. */
  readonly maxTokens?: number
  /** Tokens to come down to. Default: half of `maxTokens`. */
  readonly targetTokens?: number
  /** First messages that always stay, the task above all. Default 1. */
  readonly pinned?: number
  /** Tool results before the last two turns are cut to so many characters first; `false` leaves them. Default 2,000. */
  readonly maxResultLength?: number | false
  /** Says in a summary what is taken out, written by this model or by the run's. Default: it is just taken out. */
  readonly summary?: boolean | { readonly model?: Model; readonly instruction?: string }
  /** Requests to try after the service itself said that one was too long. Default 3; each has half the target. */
  readonly overflowRetries?: number
}

/**
 * Keeps a conversation within what a model can read, before it is too long, and after the service said so. The cut is
 * never between a call and its result, and what the user said last stays; a mark for prompt caching that would be cut off moves to the end of what is
 * pinned. History changes for good and is announced by `history`.
 *
 * Lengths come from the usage that the service reported, from the model's own count when that is near the limit and the
 * model can count, and from an estimate for the rest.
 * @throws AgentError `context-overflow` when even the shortest form is too long
 */
export function compact(options: CompactOptions = {}): Middleware {
  const { overflowRetries = 3 } = options
  return {
    name: 'compact',
    async *turn(call, next) {
      // Calls that wait are answered first, in a turn that asks no model; nor could their like be counted.
      if (unansweredCalls(call.messages).calls.length > 0) return yield* next(call)
      const bounds = boundsOf(options, call)
      let current = call
      let { targetTokens } = bounds
      if (await isTooLong(call, bounds.maxTokens)) {
        current = yield* shorten(call, options, bounds)
      }
      for (let attempt = 1; ; attempt++) {
        try {
          return yield* next(current)
        } catch (error) {
          const isOverflow = isAgentError(error, 'context-overflow')
          if (!isOverflow || attempt > overflowRetries || call.run.signal.aborted) throw error
          // What the service called too long is the measure, whatever was thought to fit.
          targetTokens = Math.min(targetTokens, estimateRequest(toModelRequest(current))) / 2
          const shorter = yield* shorten(current, options, { maxTokens: targetTokens, targetTokens })
          if (shorter.messages === current.messages) throw error
          current = shorter
        }
      }
    },
  }
}

interface Bounds {
  readonly maxTokens: number
  readonly targetTokens: number
}

function boundsOf({ maxTokens, targetTokens }: CompactOptions, { model, config }: TurnCall): Bounds {
  const { contextTokens } = model.capabilities?.(config && { config }) ?? {}
  const most = maxTokens ?? (contextTokens === undefined ? 100_000 : Math.floor(contextTokens * 0.8))
  const target = targetTokens ?? Math.floor(most / 2)
  if (target > 0 && target < most) return { maxTokens: most, targetTokens: target }
  throw new AgentError('invalid-config', `compact() cannot come down to ${target} of ${most} tokens.`, {
    hint: 'targetTokens is a positive number below maxTokens.',
    scope: 'run',
  })
}

async function isTooLong(call: TurnCall, maxTokens: number): Promise<boolean> {
  const estimate = estimateLength(call)
  // Far from the limit an estimate is enough, and a count would be one more call to the service every turn.
  if (estimate < maxTokens * 0.75) return false
  const { tokens, isExact } = await countRequest(call.model, toModelRequest(call), call.run.signal)
  return (isExact ? tokens : estimate) > maxTokens
}

/** What the service counted up to its last answer, and an estimate of what came after it. */
function estimateLength(call: TurnCall): number {
  const { messages } = call
  const last = messages.findLastIndex((message) => message.role === 'assistant' && message.usage !== undefined)
  const message = messages[last]
  if (message?.role !== 'assistant' || !message.usage) return estimateRequest(toModelRequest(call))
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = message.usage
  const later = estimateTokens(messages.slice(last + 1).map(({ content }) => content))
  return inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens + later
}

async function* shorten(
  call: TurnCall,
  options: CompactOptions,
  { maxTokens, targetTokens }: Bounds,
): AsyncGenerator<AgentEvent, TurnCall, void> {
  const { pinned = 1, maxResultLength = 2_000, summary = false } = options
  const messages = maxResultLength === false ? call.messages : shortenResults(call.messages, maxResultLength)
  if (messages !== call.messages && estimateRequest(toModelRequest({ ...call, messages })) <= maxTokens) {
    return { ...call, messages }
  }
  const overhead = estimateRequest(toModelRequest({ ...call, messages: [] }))
  const { first, dropped, last } = windowOf(messages, { pinned, maxTokens: targetTokens - overhead })
  if (dropped.length === 0) return { ...call, messages }
  const spec = summary === true ? {} : summary
  const text = spec === false ? undefined : yield* summarise(call, { ...spec, dropped })
  return { ...call, messages: [...first, toNote(dropped, text), ...last] }
}

/** Stands for what was taken out, so that the model knows; the id is of the last message that it stands for. */
function toNote(dropped: readonly Message[], summary: string | undefined): Message {
  const text = summary
    ? `This is what happened so far, in short:\n\n${summary}`
    : '(Earlier messages of this conversation were left out to save space.)'
  const cachePoint = dropped.flatMap(({ content }) => content.filter((part) => part.type === 'cache-point')).at(-1)
  return {
    role: 'user',
    id: `${dropped.at(-1)?.id}${noteSuffix}`,
    content: [{ type: 'text', text }, ...(cachePoint?.type === 'cache-point' ? [cachePoint] : [])],
  }
}
