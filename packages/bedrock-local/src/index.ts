export type { RecordedRequest } from './answer-request.js'
export type { ApplyGuardrailRequest, ApplyGuardrailResponse } from './apply-guardrail.js'
export { applyGuardrail } from './apply-guardrail.js'
export type { Authorization } from './check-authorization.js'
export type { SigningCredentials } from './check-signature.js'
export type {
  CutFault,
  DripFault,
  ErrorFrameFault,
  ExceptionFault,
  Fault,
  GoAwayFault,
  HttpFault,
} from './fault.js'
export type { FaultRule } from './fault-rules.js'
export type {
  GuardrailAction,
  GuardrailContentFilter,
  GuardrailContentType,
  GuardrailGrounding,
  GuardrailLevel,
  GuardrailPii,
  GuardrailRegex,
  GuardrailSide,
  GuardrailTopic,
  GuardrailWord,
  LocalGuardrail,
} from './guardrail.js'
export type { Certificate } from './make-certificate.js'
export type { AnsweringModel } from './model-reply.js'
export { readScript } from './read-script.js'
export type { RecordOptions } from './record-upstream.js'
export type { Redaction } from './redactor.js'
export type { ReplayOptions } from './replay-cassette.js'
export type { LiveReply, LocalRequest, Reply, ReplyFunction, ReplyParts, WholeReply } from './reply.js'
export type {
  NumberRange,
  ReplyRule,
  ReplyRulesOptions,
  RequestPattern,
  ResultPattern,
  ScriptBlock,
  ScriptReasoning,
  ScriptReply,
  ScriptReplyParts,
  TextPattern,
} from './reply-rule.js'
export { replyRules as rules } from './reply-rules.js'
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
export type {
  WireBlockDelta,
  WireBlockStart,
  WireStreamEvent,
  WireStreamException,
  WireStreamMetadata,
} from './wire-stream-event.js'
