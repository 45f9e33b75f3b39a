import type { Message, UserPart } from '@x/types'

/** A text, the parts of one user message, or whole messages. */
export type Prompt = string | readonly UserPart[] | readonly Message[]

export function toMessages(prompt: Prompt = []): readonly Message[] {
  if (typeof prompt === 'string') return [{ role: 'user', content: [{ type: 'text', text: prompt }] }]
  const [first] = prompt
  if (first === undefined) return []
  if ('role' in first) return prompt as readonly Message[]
  return [{ role: 'user', content: prompt as readonly UserPart[] }]
}
