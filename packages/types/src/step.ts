import type { JsonObject, JsonValue } from './json.js'
import type { AssistantMessage, CachePointPart, Message, ProviderPart, SystemPart } from './message.js'
import type { Model, ModelEvent, ModelRequest, ModelResult, OutputSpec, ToolChoice, Usage } from './model.js'
import type { Tool, ToolCall, ToolOutcome } from './tool.js'

/** Everything the loop does is a step: it yields events and returns a result. */
export type Step<Call, Result> = (call: Call) => AsyncGenerator<AgentEvent, Result, void>

/**
 * A layer round a step. It can skip `next`, call it again, change its argument or change its result; these four powers
 * stand for every control flag. Pass events on with `yield*`.
 */
export type Wrap<Call, Result> = (call: Call, next: Step<Call, Result>) => AsyncGenerator<AgentEvent, Result, void>

/** Up to four wraps under a name. One object may serve many runs at once: keep per-run state in `run.state`. */
export interface Middleware {
  readonly name: string
  /** Outermost is lowest; see `layerOrder`. Layers without one stand at `layerOrder.user`, in list order. */
  readonly order?: number
  /**
   * Also wraps the runs of sub-agents: `always`, or `unless-replaced` by a layer of the same name that the sub-agent
   * has itself. Missing: only the run that it was given to.
   */
  readonly inherited?: 'always' | 'unless-replaced'
  /** The whole run. */
  readonly run?: Wrap<RunCall, RunResult>
  /** One model step and the tool steps it asks for. What it passes down as `messages` **is** history from then on. */
  readonly turn?: Wrap<TurnCall, TurnResult>
  /** One model call. What it passes down holds for that call only. */
  readonly model?: Wrap<ModelCall, ModelResult>
  /** One tool call. */
  readonly tool?: Wrap<ToolCall, ToolOutcome>
}

/**
 * Where the known layers stand, outermost first, whatever the order of the list. Nothing outside the journal may await
 * before `next`: an engine that checks the order of its steps would refuse the replay.
 */
export const layerOrder = {
  journal: 100,
  telemetry: 200,
  budget: 300,
  approval: 350,
  user: 400,
  fallback: 500,
  retry: 600,
} as const

/** What every call carries of the run it belongs to. */
export interface RunContext<Env = unknown> {
  readonly id: string
  /** Names of the agents from the outermost run to this one. */
  readonly path: readonly string[]
  readonly parent?: RunContext
  /** Aborted when the caller aborts, when the consumer leaves, or when the run fails. */
  readonly signal: AbortSignal
  /** For layers: state of this run, under a key of the layer's own (a symbol or the middleware itself). */
  readonly state: Map<unknown, unknown>
  /** The caller's own typed values. */
  readonly env: Env
  /** All layers of this run, inherited ones included, outermost first. */
  readonly layers: readonly Middleware[]
  /**
   * A layer's own model call (a summariser's, a judge's), so that journal, budget and telemetry see it.
   * `name` must be unique among the calls made for the same message.
   */
  model(call: {
    readonly name: string
    readonly model: Model
    readonly request: ModelRequest
    readonly config?: JsonObject
  }): AsyncGenerator<AgentEvent, ModelResult, void>
}

export interface RunCall {
  readonly run: RunContext
  readonly config: AgentConfig
  readonly messages: readonly Message[]
}

export interface TurnCall {
  readonly run: RunContext
  /** 1 for the first turn of this run. */
  readonly turn: number
  readonly messages: readonly Message[]
  readonly model: Model
  readonly system?: readonly SystemPart[]
  readonly tools: readonly AgentTool[]
  readonly toolChoice?: ToolChoice
  readonly output?: OutputSpec
  readonly config?: JsonObject
}

export interface TurnResult {
  /** The whole conversation from now on. */
  readonly messages: readonly Message[]
  /** Tool calls that wait for an answer from outside. */
  readonly pending: readonly PendingCall[]
  /** Set when the run must end here; otherwise it goes on while the model asks for tools. */
  readonly status?: RunStatus
}

export interface ModelCall {
  readonly run: RunContext
  /** `runId/<id of the message answered>`, for a layer's own call with `/<name>` behind it. */
  readonly key: string
  readonly model: Model
  readonly request: ModelRequest
  readonly config?: JsonObject
}

/** A tool; a provider's own (a server tool); or a mark for prompt caching. */
export type AgentTool = Tool | ProviderPart | CachePointPart

export interface AgentConfig<Env = unknown> {
  readonly model: Model
  /** Stands in events, traces and the path of sub-agents. Default `agent`. */
  readonly name?: string
  readonly system?: string | readonly SystemPart[]
  readonly tools?: readonly AgentTool[]
  /** For the first model step of the run; a forced choice is `auto` from then on, or the run would never end. */
  readonly toolChoice?: ToolChoice
  readonly output?: OutputSpec
  /** Model steps a run may take. Default 20. */
  readonly maxTurns?: number
  /** Asked after each turn that would go on. */
  readonly stopWhen?: StopCondition | readonly StopCondition[]
  readonly use?: readonly Middleware[]
  readonly env?: Env
  readonly signal?: AbortSignal
  /** Patch over the model's live config for every call of the run. */
  readonly config?: JsonObject
  /** Default: random. Give the same one to continue a journaled run. */
  readonly runId?: string
  /** The run that this one is part of. */
  readonly parent?: RunContext
}

/** What a stop condition sees. */
export interface RunProgress {
  readonly turns: number
  readonly messages: readonly Message[]
  readonly usage: Usage
}

/** `true` and `'done'` end the run as done, `'limit'` as cut short. */
export type StopCondition = (progress: RunProgress) => boolean | 'done' | 'limit' | undefined

/**
 * - `done`: the model has said its last word, or a stop condition was met
 * - `limit`: `maxTurns` or another bound
 * - `aborted`: by the signal
 * - `suspended`: `pending` calls wait for answers
 * - `length`: the answer was cut at a token limit; calls in it were not run
 * - `filtered`, `guardrail`: the service withheld or replaced content
 */
export type RunStatus = 'done' | 'limit' | 'aborted' | 'suspended' | 'length' | 'filtered' | 'guardrail'

export interface PendingCall {
  readonly callId: string
  readonly name: string
  readonly input: JsonValue
  readonly reason: string
  /** A child's own suspended result, or what else the step needs to go on. */
  readonly state?: JsonValue
}

/** How a run ended: plain JSON, enough to go on from in another process. */
export interface RunResult {
  readonly runId: string
  readonly status: RunStatus
  /** The whole conversation, valid for the next request. */
  readonly messages: readonly Message[]
  readonly usage: Usage
  /** Model steps taken. */
  readonly turns: number
  readonly pending: readonly PendingCall[]
  /** The answer that was under way when the run was aborted; not part of `messages`. */
  readonly partial?: AssistantMessage
}

/** Answers to pending calls by call id; what an answer looks like is between the layer that asked and the caller. */
export type Answers = { readonly [callId: string]: JsonValue }

/** What a run starts from: a conversation, or a suspended one together with answers. */
export type RunInput =
  | readonly Message[]
  | {
      readonly messages: readonly Message[]
      readonly pending?: readonly PendingCall[]
      readonly answers?: Answers
    }

/**
 * What a run tells while it works:
 *
 *     run-start
 *     ├─ turn-start                       once a turn
 *     │  ├─ model-start
 *     │  │  ├─ text-delta … part-end      every ModelEvent, as it comes
 *     │  │  ├─ model-retry                forget what this call showed so far
 *     │  │  └─ model-end
 *     │  ├─ message                       the assistant's
 *     │  ├─ tool-start                    all calls of the turn at once, their events mixed
 *     │  │  ├─ tool-progress
 *     │  │  ├─ child                      an event of a sub-agent
 *     │  │  └─ tool-end
 *     │  └─ message                       the tool results
 *     ├─ history                          earlier messages changed: here is the whole conversation
 *     └─ run-end                          carries the result, as `for await` drops return values
 *
 * On replay from a journal no deltas come, only `message`.
 */
export type AgentEvent =
  | { readonly type: 'run-start'; readonly runId: string; readonly path: readonly string[] }
  | { readonly type: 'turn-start'; readonly turn: number }
  | {
      readonly type: 'model-start'
      readonly key: string
      readonly provider: string
      readonly modelId: string
    }
  | ModelEvent
  | {
      readonly type: 'model-retry'
      /** The attempt that follows, counted from 2. */
      readonly attempt: number
      readonly delayMs: number
      readonly code: string
      readonly reason: string
    }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'history'; readonly messages: readonly Message[] }
  | { readonly type: 'tool-start'; readonly callId: string; readonly name: string; readonly input: JsonValue }
  | { readonly type: 'tool-progress'; readonly callId: string; readonly progress: JsonValue }
  | { readonly type: 'tool-end'; readonly callId: string; readonly name: string; readonly outcome: ToolOutcome }
  | {
      readonly type: 'child'
      readonly callId: string
      readonly path: readonly string[]
      readonly event: AgentEvent
    }
  | { readonly type: 'run-end'; readonly result: RunResult }
