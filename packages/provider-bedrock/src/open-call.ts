import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import type { AgentError, PartialAnswer } from '@x/types'
import type { CallTimer } from './call-timer.js'
import { callTimer } from './call-timer.js'
import type { Sdk } from './client.js'
import { clientOf, loadSdk, regionOf } from './client.js'
import type { BedrockConfig } from './config.js'
import { fromError } from './from-error.js'
import { untilAborted } from './until-aborted.js'

/** What a call is about, for the words of its errors. */
export interface CallNames {
  readonly operation: string
  /** The model or the guardrail. */
  readonly subject: string
}

/** How a call is sent. */
export type Send<Output> = (
  client: BedrockRuntimeClient,
  sdk: Sdk,
  options: { readonly abortSignal: AbortSignal },
) => Promise<Output>

/** A call to the service that is under way: it ends by itself, by the caller's signal, or because time is up. */
export interface OpenCall {
  readonly timer: CallTimer
  send<Output>(send: Send<Output>): Promise<Output>
  /** What a call that threw `error` is to throw. */
  failure(error: unknown, more?: { requestId?: string | undefined; partial?: PartialAnswer | undefined }): AgentError
  /** To be called in any case: it lets go of the connection, as nothing but an abort makes the SDK do. */
  close(): void
}

export function openCall(
  config: BedrockConfig,
  { operation, subject }: CallNames,
  signal: AbortSignal | undefined,
  controller = new AbortController(),
): OpenCall {
  const abort = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  const timer = callTimer(config, () => controller.abort())
  let region: string | undefined

  return {
    timer,
    async send(send) {
      timer.waits()
      const sdk = await loadSdk()
      const client = clientOf(sdk, config)
      region = await untilAborted(controller.signal, regionOf(client))
      const output = await untilAborted(controller.signal, send(client, sdk, { abortSignal: controller.signal }))
      timer.got()
      return output
    },
    failure(error, more = {}) {
      const aborted = controller.signal.aborted && !timer.error
      return fromError(timer.error ?? error, { operation, modelId: subject, region, aborted, ...more })
    },
    close() {
      timer.stop()
      signal?.removeEventListener('abort', abort)
      controller.abort()
    },
  }
}
