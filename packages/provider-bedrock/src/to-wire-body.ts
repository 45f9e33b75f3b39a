import type { ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { toWireText } from './wire-json.js'

/**
 * The JSON body of `Converse` and `ConverseStream`. A conversation is sent again and again with a little more at its
 * end, so the text of each block is kept for as long as the block itself: messages are values and never change.
 */
export function toWireBody({ modelId: _inPath, messages, ...rest }: ConverseCommandInput): Buffer {
  const members = Object.entries(rest).filter(([, value]) => value !== undefined && value !== null)
  const texts = members.map(([key, value]) => `${JSON.stringify(key)}:${toWireText(value, key)}`)
  if (messages) texts.unshift(`"messages":[${messages.map(toMessageText).join()}]`)
  // As bytes: the SDK measures, hashes and sends them, and would encode a string for each.
  return Buffer.from(`{${texts.join()}}`)
}

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
