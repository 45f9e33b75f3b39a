import type { ModelEvent, ModelRequest } from '@x/types'
import type { BedrockConfig } from './config.js'
import { unguardedImages } from './guard-latest.js'

/** What a caller should know of how the request is sent. */
export function callWarnings(config: BedrockConfig, request: ModelRequest, streams: boolean): readonly ModelEvent[] {
  const unguarded = config.guardrail?.latestUserMessageOnly ? unguardedImages(request.messages) : []
  return !streams && config.streaming === undefined ? [notStreamed, ...unguarded] : unguarded
}

const notStreamed: ModelEvent = {
  type: 'warning',
  code: 'not-streamed',
  message: 'Asked over Converse: this family cannot stream tool calls. Set `streaming: false` if that is meant.',
}
