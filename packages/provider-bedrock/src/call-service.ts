import type { BedrockConfig } from './config.js'
import type { CallNames, Send } from './open-call.js'
import { openCall } from './open-call.js'

/**
 * One call of an operation that answers once.
 * @throws AgentError
 */
export async function callService<Output>(
  config: BedrockConfig,
  { signal, ...names }: CallNames & { readonly signal: AbortSignal | undefined },
  send: Send<Output>,
): Promise<Output> {
  const call = openCall(config, names, signal)
  try {
    return await call.send(send)
  } catch (error) {
    throw call.failure(error)
  } finally {
    call.close()
  }
}
