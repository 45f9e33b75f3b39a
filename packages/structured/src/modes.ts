import type { DialectName } from '@x/tools/schema'
import type {
  AssistantMessage,
  Capabilities,
  JsonObject,
  JsonValue,
  Message,
  Model,
  ModelRequest,
  SystemPart,
  ToolChoice,
} from '@x/types'
import { AgentError } from '@x/types'

/** `tool`: as the arguments of a tool call. `native`: by the service's own structured output. */
export type ExtractMode = 'tool' | 'native'

/** One way of asking for an answer of a schema, reading it and asking again. */
export interface Mode {
  readonly name: ExtractMode
  /** Which JSON Schema this way takes. */
  readonly dialect: DialectName
  toRequest(messages: readonly Message[], system: readonly SystemPart[], schema: JsonObject): ModelRequest
  /** Everything in the message that could be the answer. Empty when there is none. */
  read(message: AssistantMessage): Finding[]
  /** The messages that show the model what was wrong, its own included. */
  correct(message: AssistantMessage, findings: readonly Finding[]): Message[]
}

/** What was found in one place of an answer: a value to check, or why there is none. */
export type Finding = { readonly value: JsonValue } | { readonly fault: string }

export interface AnswerSpec {
  readonly name: string
  readonly description: string
}

/**
 * A forced tool call if the model takes tools, as that works nearly everywhere; native output if it takes only that.
 * @throws AgentError `unsupported` when it takes neither.
 */
export function chooseMode(model: Model, answer: AnswerSpec): Mode {
  const capabilities = model.capabilities?.() ?? {}
  if (capabilities.tools !== false) return toolMode(answer, capabilities)
  if (capabilities.outputSchema) return nativeMode(answer)
  throw new AgentError('unsupported', `${model.modelId} takes neither tools nor an output schema.`, {
    hint: 'Use a model that takes tools; capabilities() of the model says what it takes.',
  })
}

function toolMode(answer: AnswerSpec, capabilities: Capabilities): Mode {
  const { name, description } = answer
  const toolChoice = strongestChoice(name, capabilities.toolChoice)
  const instruction: SystemPart[] =
    toolChoice === 'auto'
      ? [{ type: 'text', text: `Give your answer by calling the tool "${name}" once. Do not answer in text.` }]
      : []
  return {
    name: 'tool',
    dialect: 'plain',
    toRequest: (messages, system, inputSchema) => ({
      messages,
      ...withSystem([...system, ...instruction]),
      tools: [{ name, description, inputSchema }],
      toolChoice,
    }),
    read: ({ content }) =>
      content.flatMap((part): Finding[] => {
        if (part.type !== 'tool-call') return []
        if (part.name !== name) return [{ fault: `There is no such tool. Call "${name}".` }]
        if (part.malformedInput !== undefined) return [{ fault: 'The arguments are not valid JSON.' }]
        return [{ value: part.input }]
      }),
    correct(message, findings) {
      const calls = message.content.filter((part) => part.type === 'tool-call')
      if (calls.length === 0)
        return correctInText(message, `You did not call the tool "${name}". Answer by calling it.`)
      // Services refuse a conversation in which a call has no result, so every call gets one.
      const content = calls.map(({ id }, index) => {
        const finding = findings[index]
        const fault = finding && 'fault' in finding ? finding.fault : 'Not used.'
        const text = `${fault}\nCall "${name}" again with all of it put right.`
        return { type: 'tool-result' as const, id, isError: true, content: [{ type: 'text' as const, text }] }
      })
      return [message, { role: 'tool', content }]
    },
  }
}

/** A missing list means that nothing is known; the forced choice is then tried, as nearly every service takes it. */
function strongestChoice(tool: string, choices: Capabilities['toolChoice']): ToolChoice {
  if (!choices || choices.includes('tool')) return { tool }
  return choices.includes('any') ? 'any' : 'auto'
}

function nativeMode({ name, description }: AnswerSpec): Mode {
  return {
    name: 'native',
    dialect: 'strict',
    toRequest: (messages, system, schema) => ({
      messages,
      ...withSystem(system),
      output: { name, description, schema },
    }),
    read({ content }) {
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
      if (text.trim() === '') return []
      try {
        return [{ value: JSON.parse(text) as JsonValue }]
      } catch {
        return [{ fault: 'The answer is not JSON alone.' }]
      }
    },
    correct(message, [finding]) {
      const fault = finding && 'fault' in finding ? finding.fault : 'There was no answer.'
      return correctInText(message, `${fault}\nAnswer again with all of it put right, in JSON alone.`)
    },
  }
}

/** An answer without content cannot be sent back. */
function correctInText(message: AssistantMessage, text: string): Message[] {
  const correction: Message = { role: 'user', content: [{ type: 'text', text }] }
  return message.content.length > 0 ? [message, correction] : [correction]
}

function withSystem(system: readonly SystemPart[]): Pick<ModelRequest, 'system'> {
  return system.length > 0 ? { system } : {}
}
