import type { Capabilities } from '@x/types'
import { endpointOf } from './base-url.js'
import type { OpenAIConfig } from './config.js'

/** What the server can do. What hangs on the model alone, the context window above all, is not known. */
export function capabilitiesOf(config: Pick<OpenAIConfig, 'baseUrl' | 'dialect'>): Capabilities {
  const { media, capabilities } = endpointOf(config).quirks
  if (!media) return capabilities
  // Text documents go as text everywhere. Media of a tool result follow it in a message of the user.
  const user = media.includes('document') ? media : [...media, 'document']
  return { ...capabilities, media: { user, toolResult: user.filter((medium) => medium !== 'audio') } }
}
