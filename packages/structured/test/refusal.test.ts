import { AgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { ExtractMode } from '../src/index.js'
import { toRefusal } from '../src/refusal.js'

const read = (message: string, mode: ExtractMode, code = 'invalid-request') => {
  const { feature, scope } = toRefusal(new AgentError(code, message), mode) ?? {}
  return feature && `${feature} of this ${scope}`
}

describe('a refusal', () => {
  it.each<[ExtractMode, string, string | undefined]>([
    // Published in issues of clients of Bedrock.
    ['native', 'output_config.format: Extra inputs are not permitted', 'native of this model'],
    ['native', "This model doesn't support the outputConfig.textFormat field.", 'native of this model'],
    ['native', "response_format of type 'json_schema' is not supported with this model", 'native of this model'],
    [
      'native',
      "output_config.format.schema: For 'array' type, property 'maxItems' is not supported",
      'native of this schema',
    ],
    ['native', 'The compiled grammar is too large, which would cause performance issues.', 'native of this schema'],
    ['native', 'output_config.format: Citations cannot be combined with structured outputs.', 'native of this request'],
    ['strict-tool', 'tools.0.custom.strict: Extra inputs are not permitted', 'strict-tool of this model'],
    [
      'strict-tool',
      "tools.0.custom: For 'object' type, 'additionalProperties' must be explicitly set to false",
      'strict-tool of this schema',
    ],
    ['strict-tool', 'Schemas contain too many optional parameters (25).', 'strict-tool of this schema'],
    ['strict-tool', "This model doesn't support the toolConfig.toolChoice.any field.", 'forced-tool of this model'],
    ['tool', 'Thinking may not be enabled when tool_choice forces tool use.', 'forced-tool of this request'],
    ['tool', "This model doesn't support tool use in streaming mode.", 'tool of this model'],
    [
      'tool',
      'tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12',
      'tool of this model',
    ],
    ['prompted', 'titan models take no system prompt: say it in the first user message.', 'system of this model'],
    // Of something else.
    ['native', '`temperature` and `top_p` cannot both be specified for this model.', undefined],
    ['tool', 'The provided model identifier is invalid.', undefined],
    ['prompted', 'output_config.format: Extra inputs are not permitted', undefined],
  ])('in mode %s: %s', (mode, message, expected) => {
    expect(read(message, mode)).toBe(expected)
  })

  it('is one of the request, not of the moment, but for a grammar that takes too long', () => {
    const words = 'output_config.format: Extra inputs are not permitted'
    expect(read(words, 'native', 'throttled')).toBeUndefined()
    expect(read(words, 'native', 'unsupported')).toBe('native of this model')
    expect(read('Grammar compilation timed out.', 'native', 'timeout')).toBe('native of this schema')
    expect(toRefusal(new Error(words), 'native')).toBeUndefined()
  })

  it('has a reason of bounded length', () => {
    const reason = toRefusal(new AgentError('invalid-request', `schema ${'x'.repeat(1000)}`), 'native')?.reason
    expect(reason).toHaveLength(300)
  })
})
