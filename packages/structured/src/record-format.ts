import type { JsonObject, JsonValue, ModelRequest, ModelResult } from '@x/types'

/**
 * How the batch files of a service hold a request and its answer; for Bedrock it is `converseFormat(model.config)` of
 * `@x/provider-bedrock`.
 */
export interface RecordFormat {
  /** The body of the request, as JSON. @throws AgentError for what the service would refuse */
  toBody(request: ModelRequest): JsonObject
  /** @throws AgentError for what is no answer */
  fromBody(body: JsonValue): Pick<ModelResult, 'message' | 'stopReason' | 'usage'>
}
