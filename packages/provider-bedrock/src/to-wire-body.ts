import type { ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { prefixMemory } from './prefix-memory.js'
import { toWireText } from './wire-json.js'

/**
 * The JSON body of `Converse` and `ConverseStream`. A conversation is sent again and again with a little more at its
 * end, so the bytes of its beginning are kept for as long as it is, and the text of each block for as long as the block:
 * messages are values and never change.
 */
export function toWireBody({ modelId: _inPath, messages, ...rest }: ConverseCommandInput): Buffer {
  const members = Object.entries(rest).filter(([, value]) => value !== undefined && value !== null)
  const texts = members.map(([key, value]) => `${JSON.stringify(key)}:${toWireText(value, key)}`)
  // As bytes: the SDK measures, hashes and sends them, and would encode a string for each.
  if (!messages) return Buffer.from(`{${texts.join()}}`)
  const end = Math.max(0, messages.length - openMessages)
  const known = memory.find(messages.slice(0, end), '')
  const between = messages.slice(known?.length ?? 0, end).map((message) => `${toMessageText(message)},`)
  const begun = known?.carried ?? Buffer.from('{"messages":[')
  const settled = between.length > 0 ? Buffer.concat([begun, Buffer.from(between.join(''))]) : begun
  if (between.length > 0) memory.keep(messages, '', { length: end, carried: settled }, known)
  const open = messages.slice(end).map(toMessageText).join()
  return Buffer.concat([settled, Buffer.from(`${[`${open}]`, ...texts].join()}}`)])
}

/** The two exchanges that `toMessages` makes anew each time; either side of one may be two messages and a word between. */
const openMessages = 8

const memory = prefixMemory<WireMessage, Buffer>()

type WireMessage = NonNullable<ConverseCommandInput['messages']>[number]

function toMessageText({ role, content = [] }: WireMessage): string {
  return `{"role":${JSON.stringify(role)},"content":[${content.map(toBlockText).join()}]}`
}

const blockTexts = new WeakMap<object, string>()

function toBlockText(block: object): string {
  const known = blockTexts.get(block)
  if (known !== undefined) return known
  const text = toWireText(block)
  blockTexts.set(block, text)
  return text
}
