import type { CompiledSchema } from '@x/tools/schema'
import type { AssistantMessage, Capabilities, ToolCallPart, ToolChoice } from '@x/types'
import { findJson } from './find-json.js'
import type { AnswerSpec, Reading, Rung } from './rung.js'
import { mendedText, textOfParts } from './rung.js'

export interface ToolModeOptions {
  readonly strict: boolean
  /** The choices that the model takes; missing: not known, and the forced one is tried. */
  readonly toolChoice?: Capabilities['toolChoice'] | undefined
}

/** As the arguments of a tool call: forced, `any`, or `auto` with an instruction for models that take no more. */
export function toolMode<Output>(
  { name, description }: AnswerSpec,
  compiled: CompiledSchema<Output>,
  options: ToolModeOptions,
): Rung<Output> {
  const toolChoice = strongestChoice(name, options.toolChoice)
  const text = `Give your answer by calling the tool "${name}" once. Do not answer in text.`
  const inputSchema = compiled.jsonSchema
  return {
    mode: options.strict ? 'strict-tool' : 'tool',
    compiled,
    ask: {
      tool: { name, description, inputSchema, ...(options.strict && { strict: true }) },
      toolChoice,
      ...(toolChoice === 'auto' && { system: { type: 'text', text } }),
    },
    read(message, repair) {
      const calls = message.content.filter((part) => part.type === 'tool-call')
      if (calls.length > 0) return calls.map((call) => readCall(call, name, repair))
      return repair ? readText(message) : []
    },
    missing: `You did not call the tool "${name}".`,
    again: `Call "${name}" again with all of it put right.`,
  }
}

function strongestChoice(tool: string, choices: Capabilities['toolChoice']): ToolChoice {
  if (!choices || choices.includes('tool')) return { tool }
  return choices.includes('any') ? 'any' : 'auto'
}

function readCall(part: ToolCallPart, name: string, repair: boolean): Reading {
  const { id: callId, input, malformedInput } = part
  if (part.name !== name) return { callId, fault: `There is no tool "${part.name}". Call "${name}".`, repairs: [] }
  if (malformedInput === undefined) return { callId, value: input, repairs: [] }
  const found = repair ? findJson(malformedInput) : { fault: '' }
  if ('fault' in found) return { callId, fault: 'The arguments are not valid JSON.', repairs: [] }
  return { callId, value: found.value, repairs: [mendedText] }
}

/** Models that cannot be forced are known to write the arguments down instead of calling. */
function readText(message: AssistantMessage): Reading[] {
  const found = findJson(textOfParts(message))
  if ('fault' in found) return []
  return [{ value: found.value, repairs: [{ path: '', repair: 'took JSON in the text for the call', score: 2 }] }]
}
