import type { ConverseResponse } from '@aws-sdk/client-bedrock-runtime'
import type { JsonObject, JsonValue, ModelRequest, ModelResult } from '@x/types'
import { foldEvents } from '@x/types'
import type { BedrockConfig } from './config.js'
import { provider } from './config.js'
import { fromConverse } from './from-converse.js'
import { fromConverseResponse } from './from-converse-response.js'
import { settleRequest } from './settle-request.js'
import { toConverse } from './to-converse.js'
import { parseWire, toWireText } from './wire-json.js'

/** Requests and answers of Converse as the JSON bodies of the wire. */
export interface ConverseFormat {
  /**
   * The body of the request, without the model id, which stands elsewhere; checked as `config.check` says.
   * @throws AgentError `invalid-messages` or `invalid-request` for what the service would refuse
   */
  toBody(request: ModelRequest): JsonObject
  /** @throws AgentError `internal` for what is no answer of Converse */
  fromBody(body: JsonValue): ModelResult
}

/**
 * What Converse is sent and answers with, for whoever moves it in another way than by a call: the records of a batch
 * inference job hold such bodies as `modelInput` and `modelOutput`. Nothing is sent.
 */
export function converseFormat(config: BedrockConfig): ConverseFormat {
  // A batch does not stream, and what only streams have must not be in the body.
  const whole = { ...config, streaming: false }
  return {
    toBody(request) {
      const { modelId: _elsewhere, ...input } = toConverse(whole, settleRequest(whole, request).request)
      return JSON.parse(toWireText(input)) as JsonObject
    },
    fromBody(body) {
      const { modelId } = config
      const reader = fromConverse(modelId)
      const fold = foldEvents({ provider, modelId })
      for (const event of fromConverseResponse(parseWire(JSON.stringify(body)) as unknown as ConverseResponse)) {
        for (const modelEvent of reader.push(event)) fold.push(modelEvent)
      }
      return fold.result()
    },
  }
}
