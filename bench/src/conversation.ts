import type { Message as WireMessage } from '@aws-sdk/client-bedrock-runtime'
import type { Message } from '@x/types'

/*
 * A conversation with a tool, in both forms: a question, and then turns of one call and its result, about 430 bytes of
 * JSON each. Every call makes new objects, so nothing that was remembered of one turn helps with another.
 */

export function toQuestion(): { message: Message; wire: WireMessage } {
  const text = 'Go through all the records and tell me what is unusual about them.'
  return {
    message: { role: 'user', content: [{ type: 'text', text }] },
    wire: { role: 'user', content: [{ text }] },
  }
}

export function toTurn(turn: number): { messages: readonly Message[]; wire: readonly WireMessage[] } {
  const said = `Record ${turn} is the next one to look at, as the one before it was nothing unusual.`
  const found = `Record ${turn}: 14 entries, the last one changed on a Tuesday by the night shift, nothing is missing.`
  const [id, name, input] = [`call-${turn}`, 'lookUp', { record: turn, fields: ['entries', 'changes'] }]
  return {
    messages: [
      {
        role: 'assistant',
        content: [
          { type: 'text', text: said },
          { type: 'tool-call', id, name, input },
        ],
      },
      { role: 'tool', content: [{ type: 'tool-result', id, content: [{ type: 'text', text: found }] }] },
    ],
    wire: [
      { role: 'assistant', content: [{ text: said }, { toolUse: { toolUseId: id, name, input } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: id, content: [{ text: found }] } }] },
    ],
  }
}

export const toolName = 'lookUp'
export const toolSchema = {
  type: 'object',
  properties: { record: { type: 'integer' }, fields: { type: 'array', items: { type: 'string' } } },
} as const
