import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime'
import type { Message } from '@x/types'
import type { Quirks } from './quirks.js'
import { toBlocks } from './to-block.js'

/**
 * The blocks of one message. Each turn sends the whole conversation again, and messages are values: the blocks are made
 * once for a message and a kind of model, and are the same objects from then on, so that their JSON text is, too.
 * @throws AgentError `invalid-messages`
 */
export function messageBlocks(
  message: Message,
  quirks: Quirks,
  ownFamily: boolean,
  path: string,
): readonly ContentBlock[] {
  const kind = kindOf(quirks, ownFamily)
  const known = cache.get(message)
  if (known?.kind === kind) return known.blocks
  const blocks = message.content.flatMap((part, place) =>
    toBlocks(part, { quirks, ownFamily, path: `${path}.content.${place}` }),
  )
  cache.set(message, { kind, blocks })
  return blocks
}

/** One kind for each message: conversations seldom go back and forth between families. */
const cache = new WeakMap<Message, { readonly kind: string; readonly blocks: readonly ContentBlock[] }>()

const kinds = new WeakMap<Quirks, string>()

/** Everything about a model that the blocks depend on. */
function kindOf(quirks: Quirks, ownFamily: boolean): string {
  const kind = kinds.get(quirks) ?? JSON.stringify(quirks)
  kinds.set(quirks, kind)
  return ownFamily ? `own ${kind}` : kind
}
