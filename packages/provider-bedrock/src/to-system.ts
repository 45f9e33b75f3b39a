import type { SystemContentBlock } from '@aws-sdk/client-bedrock-runtime'
import type { SystemPart } from '@x/types'
import { provider } from './config.js'
import { toCachePoint, toGuardContent } from './to-block.js'
import { toText } from './to-text.js'
import { toWireUnion } from './wire-json.js'

export function toSystem(parts: readonly SystemPart[]): SystemContentBlock[] {
  return parts.flatMap((part): SystemContentBlock[] => {
    switch (part.type) {
      case 'text':
        return toText(part.text)
      case 'cache-point':
        return [toCachePoint(part)]
      case 'guard-content':
        return [toGuardContent(part, 'system')]
      case 'provider':
        return part.provider === provider ? [toWireUnion(part.value, systemMembers) as SystemContentBlock] : []
      default:
        return part satisfies never
    }
  })
}

const systemMembers = ['text', 'guardContent', 'cachePoint']
