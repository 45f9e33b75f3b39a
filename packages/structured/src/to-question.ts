import type { Message } from '@x/types'
import { AgentError } from '@x/types'
import type { ExtractPrompt } from './extract.js'

/** One question of many: a prompt, a conversation, or both. */
export type BatchInput = string | readonly Message[] | ExtractPrompt

export type BatchInputs = Iterable<BatchInput> | AsyncIterable<BatchInput>

export function toQuestion(input: BatchInput): ExtractPrompt {
  if (typeof input === 'string') return { prompt: input }
  return isList(input) ? { messages: input } : input
}

/** @throws AgentError `invalid-config` for what cannot be gone through, and for a text, whose items are its characters */
export function checkInputs(inputs: BatchInputs): BatchInputs {
  const isObject = typeof inputs === 'object' && inputs !== null
  if (isObject && (Symbol.asyncIterator in inputs || Symbol.iterator in inputs)) return inputs
  throw new AgentError('invalid-config', 'The inputs of a batch are neither a list nor anything else to go through.', {
    hint: 'Give an array, a generator or an async iterable of prompts.',
  })
}

export function iteratorOf(inputs: BatchInputs): Iterator<BatchInput> | AsyncIterator<BatchInput> {
  return Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]()
}

function isList(input: BatchInput): input is readonly Message[] {
  return Array.isArray(input)
}
