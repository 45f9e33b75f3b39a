import type { Message, ModelRequest, SystemPart } from '@x/types'
import type { Rung } from './rung.js'

/** The conversation with what the answer is asked for by. */
export function toRequest(
  { ask }: Rung<unknown>,
  messages: readonly Message[],
  given: readonly SystemPart[],
  questionEnd: number,
): ModelRequest {
  const { output, tool, toolChoice, userText } = ask
  const system = ask.system ? [...given, ask.system] : given
  return {
    messages: userText === undefined ? messages : withUserText(messages, userText, questionEnd),
    ...(system.length > 0 && { system }),
    ...(tool && { tools: [tool] }),
    ...(toolChoice && { toolChoice }),
    ...(output && { output }),
  }
}

/** Behind the question, before a wrong answer. */
function withUserText(messages: readonly Message[], text: string, questionEnd: number): readonly Message[] {
  const instruction: Message = { role: 'user', content: [{ type: 'text', text }] }
  return [...messages.slice(0, questionEnd), instruction, ...messages.slice(questionEnd)]
}

export function toSystem(system: string | readonly SystemPart[] | undefined): readonly SystemPart[] {
  if (typeof system !== 'string') return system ?? []
  return system === '' ? [] : [{ type: 'text', text: system }]
}
