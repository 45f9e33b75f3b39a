/*
 * Names and values of the OpenTelemetry semantic conventions, under the constants' own names. Copied, as the conventions
 * ask of anything that uses names which are not stable yet: a dependency could rename them in a minor release. A test
 * compares every one with `@opentelemetry/semantic-conventions/incubating`.
 */

export const ATTR_AWS_BEDROCK_GUARDRAIL_ID = 'aws.bedrock.guardrail.id'
export const ATTR_AWS_REQUEST_ID = 'aws.request_id'
export const ATTR_CLOUD_REGION = 'cloud.region'
export const ATTR_ERROR_TYPE = 'error.type'
export const ATTR_GEN_AI_AGENT_ID = 'gen_ai.agent.id'
export const ATTR_GEN_AI_AGENT_NAME = 'gen_ai.agent.name'
export const ATTR_GEN_AI_CONVERSATION_ID = 'gen_ai.conversation.id'
export const ATTR_GEN_AI_INPUT_MESSAGES = 'gen_ai.input.messages'
export const ATTR_GEN_AI_OPERATION_NAME = 'gen_ai.operation.name'
export const ATTR_GEN_AI_OUTPUT_MESSAGES = 'gen_ai.output.messages'
export const ATTR_GEN_AI_OUTPUT_TYPE = 'gen_ai.output.type'
export const ATTR_GEN_AI_PROVIDER_NAME = 'gen_ai.provider.name'
export const ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY = 'gen_ai.request.frequency_penalty'
export const ATTR_GEN_AI_REQUEST_MAX_TOKENS = 'gen_ai.request.max_tokens'
export const ATTR_GEN_AI_REQUEST_MODEL = 'gen_ai.request.model'
export const ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY = 'gen_ai.request.presence_penalty'
export const ATTR_GEN_AI_REQUEST_SEED = 'gen_ai.request.seed'
export const ATTR_GEN_AI_REQUEST_STOP_SEQUENCES = 'gen_ai.request.stop_sequences'
export const ATTR_GEN_AI_REQUEST_STREAM = 'gen_ai.request.stream'
export const ATTR_GEN_AI_REQUEST_TEMPERATURE = 'gen_ai.request.temperature'
export const ATTR_GEN_AI_REQUEST_TOP_K = 'gen_ai.request.top_k'
export const ATTR_GEN_AI_REQUEST_TOP_P = 'gen_ai.request.top_p'
export const ATTR_GEN_AI_RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons'
export const ATTR_GEN_AI_RESPONSE_ID = 'gen_ai.response.id'
export const ATTR_GEN_AI_RESPONSE_MODEL = 'gen_ai.response.model'
export const ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk'
export const ATTR_GEN_AI_SYSTEM_INSTRUCTIONS = 'gen_ai.system_instructions'
export const ATTR_GEN_AI_TOKEN_TYPE = 'gen_ai.token.type'
export const ATTR_GEN_AI_TOOL_CALL_ARGUMENTS = 'gen_ai.tool.call.arguments'
export const ATTR_GEN_AI_TOOL_CALL_ID = 'gen_ai.tool.call.id'
export const ATTR_GEN_AI_TOOL_CALL_RESULT = 'gen_ai.tool.call.result'
export const ATTR_GEN_AI_TOOL_DESCRIPTION = 'gen_ai.tool.description'
export const ATTR_GEN_AI_TOOL_NAME = 'gen_ai.tool.name'
export const ATTR_GEN_AI_TOOL_TYPE = 'gen_ai.tool.type'
export const ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS = 'gen_ai.usage.cache_creation.input_tokens'
export const ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS = 'gen_ai.usage.cache_read.input_tokens'
export const ATTR_GEN_AI_USAGE_INPUT_TOKENS = 'gen_ai.usage.input_tokens'
export const ATTR_GEN_AI_USAGE_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens'
export const ATTR_SERVER_ADDRESS = 'server.address'
export const ATTR_SERVER_PORT = 'server.port'

export const ERROR_TYPE_VALUE_OTHER = '_OTHER'
export const GEN_AI_OPERATION_NAME_VALUE_CHAT = 'chat'
export const GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL = 'execute_tool'
export const GEN_AI_OPERATION_NAME_VALUE_INVOKE_AGENT = 'invoke_agent'
export const GEN_AI_OUTPUT_TYPE_VALUE_JSON = 'json'
export const GEN_AI_PROVIDER_NAME_VALUE_AWS_BEDROCK = 'aws.bedrock'
export const GEN_AI_TOKEN_TYPE_VALUE_INPUT = 'input'
export const GEN_AI_TOKEN_TYPE_VALUE_OUTPUT = 'output'

export const METRIC_GEN_AI_CLIENT_OPERATION_DURATION = 'gen_ai.client.operation.duration'
export const METRIC_GEN_AI_CLIENT_OPERATION_TIME_PER_OUTPUT_CHUNK = 'gen_ai.client.operation.time_per_output_chunk'
export const METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK = 'gen_ai.client.operation.time_to_first_chunk'
export const METRIC_GEN_AI_CLIENT_TOKEN_USAGE = 'gen_ai.client.token.usage'

/** What the conventions have no name for. */
export const ownAttributes = {
  runId: 'x.run.id',
  /** A `RunStatus`; `aborted` also when the consumer left. Missing when the run failed. */
  runStatus: 'x.run.status',
  /** Model steps taken. */
  runTurns: 'x.run.turns',
  /** `result` or `suspended`. */
  toolOutcome: 'x.tool.outcome',
  /** Further attempts of a model call, with this model or another. Missing when there were none. */
  modelRetries: 'x.model.retries',
  /** The attempt that follows, counted from 2. On events. */
  retryAttempt: 'x.retry.attempt',
  retryDelayMs: 'x.retry.delay_ms',
  /** In the currency of the price table. Missing when something used has no price. */
  cost: 'x.usage.cost',
  /** Names of content attributes that were left out because the redaction failed. */
  contentOmitted: 'x.content.omitted',
  /** Names of content attributes that were cut. */
  contentTruncated: 'x.content.truncated',
  /** The id asked for, when it is one of an inference profile. */
  inferenceProfile: 'aws.bedrock.inference_profile.id',
  requestedServiceTier: 'aws.bedrock.request.service_tier',
  /** The tier that answered. */
  serviceTier: 'aws.bedrock.response.service_tier',
  /** Cache writes with a time to live of five minutes, and of one hour. */
  cacheWrites5m: 'aws.bedrock.usage.cache_creation_5m.input_tokens',
  cacheWrites1h: 'aws.bedrock.usage.cache_creation_1h.input_tokens',
  guardrailVersion: 'aws.bedrock.guardrail.version',
  /** `none`, `anonymized` or `blocked`: the strongest of a call on its span, of one policy on an event. */
  guardrailAction: 'aws.bedrock.guardrail.action',
  /** The policies that found something. */
  guardrailPolicies: 'aws.bedrock.guardrail.policies',
  /** On events: `input` or `output`. */
  guardrailSide: 'aws.bedrock.guardrail.side',
  /** On events: `topic`, `content`, `word`, `sensitive-information`, `contextual-grounding`, or a later one. */
  guardrailPolicy: 'aws.bedrock.guardrail.policy',
  /** On events: names of topics and patterns, types of filters. Never the words that were found. */
  guardrailFindings: 'aws.bedrock.guardrail.findings',
} as const

/** Names of events on spans. */
export const ownEvents = {
  retry: 'x.model.retry',
  guardrailAssessment: 'aws.bedrock.guardrail.assessment',
} as const

export const ownMetrics = {
  retries: 'x.model.retries',
  cost: 'x.model.cost',
  cacheHitRatio: 'x.model.cache_hit_ratio',
  guardrailInterventions: 'aws.bedrock.guardrail.interventions',
} as const
