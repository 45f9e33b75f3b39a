import { bedrock } from '@x/agent'
import { startBedrockLocal } from '@x/bedrock-local'
import type { Model } from '@x/types'

/** Where the demo's model is. */
export interface Endpoint extends AsyncDisposable {
  readonly model: Model
  /** The demo's first line. */
  readonly notice: string
}

/** Bedrock on this machine: the real AWS SDK client talks to it, and a scripted stand-in answers. */
export async function localEndpoint(): Promise<Endpoint> {
  const local = await startBedrockLocal({ firstDelayMs: 150, delayMs: 15 })
  const model = bedrock({
    region: 'us-east-1',
    endpoint: local.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  return {
    model,
    notice: `No AWS here: a scripted stand-in, not a language model, answers on ${local.url} (--aws asks the real one).`,
    [Symbol.asyncDispose]: () => local.close(),
  }
}

/** Amazon Bedrock with the credentials and the region of the user's environment. */
export function awsEndpoint(): Endpoint {
  const model = bedrock()
  return {
    model,
    notice: `Asking ${model.modelId} on Amazon Bedrock, with your AWS credentials.`,
    [Symbol.asyncDispose]: async () => {},
  }
}
