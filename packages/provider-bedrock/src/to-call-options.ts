import type { ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import type { OutputSpec } from '@x/types'
import type { BedrockConfig } from './config.js'

type CallOptions = Pick<
  ConverseCommandInput,
  'outputConfig' | 'performanceConfig' | 'promptVariables' | 'requestMetadata' | 'serviceTier'
>

/** How the service is to work on a call, and what it is to note down about it. */
export function toCallOptions(config: BedrockConfig, output: OutputSpec | undefined): CallOptions {
  const { effort, performance, promptVariables, requestMetadata, serviceTier } = config
  const variables = Object.entries(promptVariables ?? {}).map(([name, text]) => [name, { text }])
  return {
    ...((output || effort) && { outputConfig: { ...(output && toTextFormat(output)), ...(effort && { effort }) } }),
    ...(performance?.latency && { performanceConfig: { latency: performance.latency } }),
    ...(variables.length > 0 && { promptVariables: Object.fromEntries(variables) }),
    ...(requestMetadata && Object.keys(requestMetadata).length > 0 && { requestMetadata: { ...requestMetadata } }),
    ...(serviceTier && { serviceTier: { type: serviceTier } }),
  }
}

function toTextFormat({
  name,
  schema,
  description,
}: OutputSpec): Pick<NonNullable<CallOptions['outputConfig']>, 'textFormat'> {
  const jsonSchema = { schema: JSON.stringify(schema), name, ...(description && { description }) }
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}
