import type { ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { clientOf, loadSdk, pool, regionOf } from './client.js'
import type { BedrockConfig } from './config.js'
import { checkConfig } from './config.js'
import { fromError } from './from-error.js'
import type { HandlerRequest } from './http2-handler.js'
import { originOf } from './http2-handler.js'
import { defaultModelId } from './models.js'
import { knownRegion } from './region.js'

/**
 * Does beforehand what the first call would wait for: loads the AWS SDK, finds region and credentials, signs, and opens
 * a connection. Nothing is sent to the service. Models with the same region, endpoint and credentials profit; the
 * connection is closed after a minute without a call.
 * @throws AgentError `credentials`, `region`, `network` or `invalid-config`
 */
export async function warmUp(config: Partial<BedrockConfig> = {}): Promise<void> {
  const whole = { ...config, modelId: config.modelId ?? defaultModelId(knownRegion(config)) }
  checkConfig(whole)
  let region: string | undefined
  try {
    const sdk = await loadSdk()
    const client = clientOf(sdk, whole)
    region = await regionOf(client)
    // A client that brings its own handler has connections that are not ours to open.
    const isOurs = config.client === undefined && config.clientConfig?.requestHandler === undefined
    const command = new sdk.ConverseStreamCommand({ modelId: whole.modelId, messages: [] })
    stopBeforeSending(command, async (request) => {
      if (isOurs) await pool.warm(originOf(request), whole.connectTimeoutMs ?? 10_000)
    })
    await client.send(command)
  } catch (error) {
    throw fromError(error, { operation: 'Warm-up', modelId: whole.modelId, region })
  }
}

/** The SDK's whole way to a signed request, with `act` in the place of what would send it. */
function stopBeforeSending(command: ConverseStreamCommand, act: (request: HandlerRequest) => Promise<void>): void {
  command.middlewareStack.add(
    () => async (args) => {
      await act((args as unknown as { request: HandlerRequest }).request)
      return { response: {}, output: { stream: undefined, $metadata: {} } }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'stopBeforeSending' },
  )
}
