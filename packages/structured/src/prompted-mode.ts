import type { CompiledSchema } from '@x/tools/schema'
import type { FoundJson } from './find-json.js'
import { findJson } from './find-json.js'
import type { AnswerSpec, Rung } from './rung.js'
import { mendedText, textOfParts } from './rung.js'

export interface PromptedModeOptions {
  /** Whether the model takes a system prompt; if not, the schema stands behind the question. */
  readonly system: boolean
}

/** As JSON in the text, for models that can do no better: the schema is told in words. */
export function promptedMode<Output>(
  { name, description }: AnswerSpec,
  compiled: CompiledSchema<Output>,
  { system }: PromptedModeOptions,
): Rung<Output> {
  const text = [
    `Answer with one JSON value, "${name}" (${description}), that fits this JSON Schema:`,
    JSON.stringify(compiled.jsonSchema),
    'Write the value itself and not the schema, with nothing before or after it.',
  ].join('\n\n')
  return {
    mode: 'prompted',
    compiled,
    ask: system ? { system: { type: 'text', text } } : { userText: text },
    read(message, repair) {
      const answer = textOfParts(message)
      if (answer.trim() === '') return []
      const found = findAnswer(answer, repair)
      if ('fault' in found) return [{ fault: `The answer holds no JSON. ${found.fault}`, repairs: [] }]
      return [{ value: found.value, repairs: found.isMended ? [mendedText] : [] }]
    },
    missing: 'There was no answer.',
    again: 'Answer again with all of it put right, in JSON alone.',
  }
}

/** What is asked for is an object; a wrapped list or scalar without its wrapper, and the like, only where nothing else is. */
function findAnswer(text: string, repair: boolean): FoundJson {
  const found = findJson(text, { root: 'object', mend: repair })
  const other = 'fault' in found && repair ? findJson(text) : found
  return 'fault' in other ? found : other
}
