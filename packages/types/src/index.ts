export type { BaseConfig, ConfigurableModel, ModelDefinition, StreamCall } from './define-model.js'
export { defineModel } from './define-model.js'
export type { AgentErrorOptions, ErrorCode, PartialAnswer } from './error.js'
export { AgentError, isAgentError } from './error.js'
export type { EventFold } from './fold-events.js'
export { foldEvents, parseToolInput, settleStopReason } from './fold-events.js'
export type { JsonObject, JsonValue } from './json.js'
export type {
  AssistantMessage,
  AssistantPart,
  AudioPart,
  CachePointPart,
  Citation,
  CitationLocation,
  DocumentPart,
  DocumentSource,
  GuardContentPart,
  ImagePart,
  JsonPart,
  MediaSource,
  Message,
  Part,
  ProviderPart,
  ReasoningPart,
  SearchResultPart,
  SystemPart,
  TextPart,
  ToolCallPart,
  ToolMessage,
  ToolPart,
  ToolResultContent,
  ToolResultPart,
  UserMessage,
  UserPart,
  VideoPart,
} from './message.js'
export type {
  Capabilities,
  Model,
  ModelEnd,
  ModelEvent,
  ModelRequest,
  ModelResult,
  OutputSpec,
  SchemaDialect,
  StopReason,
  StreamOptions,
  ToolChoice,
  ToolSpec,
  Usage,
} from './model.js'
export type {
  AgentConfig,
  AgentEvent,
  AgentTool,
  Answers,
  Middleware,
  ModelCall,
  PendingCall,
  RunCall,
  RunContext,
  RunInput,
  RunProgress,
  RunResult,
  RunStatus,
  Step,
  StopCondition,
  TurnCall,
  TurnResult,
  Wrap,
} from './step.js'
export { layerOrder } from './step.js'
export type { Tool, ToolAnnotations, ToolCall, ToolContext, ToolOutcome, ToolOutput } from './tool.js'
export { addUsage, noUsage } from './usage.js'
