import type { CompiledSchema } from '@x/tools/schema'
import type { JsonValue } from '@x/types'
import { findJson } from './find-json.js'
import type { AnswerSpec, Reading, Rung } from './rung.js'
import { textOfParts } from './rung.js'

/** By the service's own structured output: the text of the answer is the JSON. */
export function nativeMode<Output>({ name, description }: AnswerSpec, compiled: CompiledSchema<Output>): Rung<Output> {
  return {
    mode: 'native',
    compiled,
    ask: { output: { name, description, schema: compiled.jsonSchema } },
    read(message, repair) {
      const text = textOfParts(message)
      return text.trim() === '' ? [] : [readText(text, repair)]
    },
    missing: 'There was no answer.',
    again: 'Answer again with all of it put right, in JSON alone.',
  }
}

function readText(text: string, repair: boolean): Reading {
  try {
    return { value: JSON.parse(text) as JsonValue, repairs: [] }
  } catch {
    const found = repair ? findJson(text) : { fault: '' }
    if ('fault' in found) return { fault: 'The answer is not JSON alone.', repairs: [] }
    return { value: found.value, repairs: [{ path: '', repair: 'found JSON among other text', score: 2 }] }
  }
}
