import type { BedrockLocal, BedrockLocalOptions } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig, BedrockModel } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'

export interface Served {
  readonly local: BedrockLocal
  /** A model that is answered by the local endpoint. */
  readonly model: (modelId: string, config?: Partial<BedrockConfig>) => BedrockModel
  /** How each request asked for the answer: the mode, and the tool choice. */
  readonly ways: () => readonly string[]
}

export async function serve(options: BedrockLocalOptions): Promise<Served> {
  const local = await startBedrockLocal(options)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return {
    local,
    model: (modelId, config) => bedrock(modelId, { region: 'us-east-1', endpoint: local.url, credentials, ...config }),
    ways: () =>
      local.requests.map(({ body: { outputConfig, toolConfig } }) => {
        const spec = toolConfig?.tools?.at(-1)?.toolSpec as { readonly strict?: boolean } | undefined
        const [choice] = Object.keys(toolConfig?.toolChoice ?? {})
        if (outputConfig) return 'native'
        return spec ? [spec.strict ? 'strict-tool' : 'tool', choice ?? 'free'].join(' ') : 'prompted'
      }),
  }
}
