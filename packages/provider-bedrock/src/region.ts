import type { BedrockConfig } from './config.js'

/** Where a call goes when neither config, environment nor profile names a region. */
export const fallbackRegion = 'us-west-2'

/**
 * The region as far as it is known without reading a file: the config's, `AWS_REGION`, then `AWS_DEFAULT_REGION`, which
 * the AWS SDK for JavaScript leaves out although the CLI and boto3 read it. `undefined`: the profile decides, or the
 * client that the caller brought.
 */
export function knownRegion(config: Partial<BedrockConfig>): string | undefined {
  if (config.client) return undefined
  const ofClient = config.clientConfig?.region
  return (
    config.region ||
    (typeof ofClient === 'string' && ofClient) ||
    (ofClient === undefined && (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION)) ||
    undefined
  )
}
