export type { RecordedRequest } from './answer-request.js'
export type { CutFault, ErrorFrameFault, ExceptionFault, Fault, HttpFault } from './fault.js'
export type { LocalRequest, Reply, ReplyFunction, ReplyParts } from './reply.js'
export { standIn } from './stand-in.js'
export type { BedrockLocal, BedrockLocalOptions } from './start-bedrock-local.js'
export { startBedrockLocal } from './start-bedrock-local.js'
export type {
  ConverseBody,
  WireBlock,
  WireMessage,
  WireReasoning,
  WireTool,
  WireToolChoice,
  WireToolResult,
  WireToolResultBlock,
  WireToolUse,
  WireUsage,
} from './wire.js'
