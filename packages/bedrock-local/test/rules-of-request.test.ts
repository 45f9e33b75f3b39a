import { describe } from 'vitest'
import type { ConverseBody } from '../src/index.js'
import { hello, testRules, tool, vendor } from './rule-cases.js'

const body = (members: object): ConverseBody => ({ messages: [hello], ...members })
const extra = (fields: object, inferenceConfig: object = {}): ConverseBody =>
  body({ additionalModelRequestFields: fields, inferenceConfig })
const inference = (inferenceConfig: object) => body({ inferenceConfig })
const malformed = (problem: string) =>
  vendor(`Malformed input request: ${problem}, please reformat your input and try again.`)
const tooLong = (limit: number) =>
  `The maximum tokens you requested exceeds the model limit of ${limit}. Try again with a maximum tokens value that is ` +
  `lower than ${limit}.`

describe('members of the request', () => {
  testRules([
    {
      rule: 'name a whole guardrail',
      taken: body({ guardrailConfig: { guardrailIdentifier: 'abc1', guardrailVersion: '1' } }),
      refused: body({ guardrailConfig: { guardrailIdentifier: 'abc1' } }),
      message: 'A guardrail needs both its identifier and its version.',
    },
    {
      rule: 'name a guardrail by id or ARN',
      taken: body({
        guardrailConfig: {
          guardrailIdentifier: 'arn:aws:bedrock:us-east-1:123456789012:guardrail/abc1',
          guardrailVersion: '1',
        },
      }),
      refused: body({ guardrailConfig: { guardrailIdentifier: 'My guardrail', guardrailVersion: '1' } }),
      message: 'The provided guardrail identifier is invalid.',
    },
    {
      rule: 'ask for members by JSON Pointers',
      taken: body({ additionalModelResponseFieldPaths: ['/a/b~1c/0'] }),
      refused: body({ additionalModelResponseFieldPaths: ['/a', 'stop_sequence'] }),
      message: 'The additionalModelResponseFieldPaths value stop_sequence is not a valid JSON Pointer.',
    },
    {
      rule: 'name a service tier that there is',
      taken: body({ serviceTier: { type: 'priority' } }),
      refused: body({ serviceTier: { type: 'cheapest' } }),
      message: 'service tier provided is invalid',
    },
    {
      rule: 'name a service tier that is open',
      taken: body({ serviceTier: { type: 'default' } }),
      refused: body({ serviceTier: { type: 'reserved' } }),
      message: 'Reservation not found.',
    },
    {
      rule: "stay within Claude's output",
      taken: inference({ maxTokens: 64_000 }),
      refused: inference({ maxTokens: 64_001 }),
      message: tooLong(64_000),
    },
    {
      rule: "stay within Nova's output",
      model: 'nova',
      taken: inference({ maxTokens: 10_000 }),
      refused: inference({ maxTokens: 10_001 }),
      message: tooLong(10_000),
    },
    {
      rule: 'turn one sampling knob of Claude 4.5',
      otherModel: 'claude37',
      refused: inference({ temperature: 0.4, topP: 0.9 }),
      message: vendor('`temperature` and `top_p` cannot both be specified for this model. Please use only one.'),
    },
    {
      rule: 'turn no sampling knob of newer models of Claude',
      model: 'opus47',
      taken: extra({ thinking: { type: 'adaptive' } }, { temperature: 1 }),
      refused: inference({ temperature: 1 }),
      message: vendor('`temperature` is deprecated for this model.'),
    },
    {
      rule: 'nor its top_k',
      model: 'opus47',
      otherModel: 'claude46',
      refused: extra({ top_k: 5 }),
      message: vendor('`top_k` is deprecated for this model.'),
    },
    {
      rule: 'stop Claude at something',
      otherModel: 'nova',
      refused: inference({ stopSequences: ['\n'] }),
      message: vendor('stop_sequences: each stop sequence must contain non-whitespace'),
    },
    {
      rule: 'give Claude nothing unknown',
      taken: extra({ anthropic_beta: ['next'], next_field: 1 }),
      refused: extra({ topK: 5 }),
      message: vendor('topK: Extra inputs are not permitted'),
    },
    {
      rule: 'give Nova nothing unknown',
      model: 'nova',
      otherModel: 'gptOss',
      refused: extra({ performanceConfig: {} }),
      message: malformed('#: extraneous key [performanceConfig] is not permitted'),
    },
    {
      rule: 'keep topK of Nova in its range',
      model: 'nova',
      taken: extra({ inferenceConfig: { topK: 128 } }),
      refused: extra({ inferenceConfig: { topK: 129 } }),
      message: malformed('#/inferenceConfig/topK: 129 is not less or equal to 128'),
    },
  ])
})

const enabled = (more: object = {}) => ({ thinking: { type: 'enabled', budget_tokens: 2000, ...more } })
const adaptive = (config?: object) => ({ thinking: { type: 'adaptive' }, ...(config && { output_config: config }) })
const nova = (more: object, inferenceConfig?: object) =>
  extra({ reasoningConfig: { type: 'enabled', ...more } }, inferenceConfig)
const forced = { toolConfig: { tools: [tool('f')], toolChoice: { any: {} } } }

describe('reasoning', () => {
  testRules([
    {
      rule: 'is not for Claude 3',
      model: 'claude3',
      otherModel: 'claude37',
      refused: extra(enabled()),
      message: vendor('thinking: Extra inputs are not permitted'),
    },
    {
      rule: 'is adaptive since Claude 4.6',
      otherModel: 'claude46',
      refused: extra(adaptive()),
      message: vendor('adaptive thinking is not supported on this model'),
    },
    {
      rule: 'is adaptive alone since Opus 4.7',
      model: 'opus47',
      otherModel: 'claude46',
      refused: extra(enabled()),
      message: vendor(
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and ' +
          '"output_config.effort" to control thinking behavior.',
      ),
    },
    {
      rule: 'has a kind',
      taken: extra({ thinking: { type: 'disabled' } }),
      refused: extra({ thinking: { type: 'on' } }),
      message: vendor("thinking: Input tag found using 'type' does not match any of the expected tags"),
    },
    {
      rule: 'has a budget',
      taken: extra(enabled()),
      refused: extra({ thinking: { type: 'enabled' } }),
      message: vendor('thinking.enabled.budget_tokens: Field required'),
    },
    {
      rule: 'has a whole budget',
      taken: extra(enabled({ budget_tokens: 1024 })),
      refused: extra(enabled({ budget_tokens: '2000' })),
      message: vendor('thinking.enabled.budget_tokens: Input should be a valid integer'),
    },
    {
      rule: 'has a budget of 1024',
      taken: extra(enabled({ budget_tokens: 1024 })),
      refused: extra(enabled({ budget_tokens: 1023 })),
      message: vendor('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024'),
    },
    {
      rule: 'leaves room for an answer',
      taken: extra(enabled(), { maxTokens: 2001 }),
      refused: extra(enabled(), { maxTokens: 2000 }),
      message: vendor(
        '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at ' +
          'https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
      ),
    },
    {
      rule: 'has a temperature of 1',
      taken: extra(enabled(), { temperature: 1 }),
      refused: extra(enabled(), { temperature: 0.5 }),
      message: vendor('`temperature` may only be set to 1 when thinking is enabled.'),
    },
    {
      rule: 'has a high topP',
      taken: extra(enabled(), { topP: 0.95 }),
      refused: extra(enabled(), { topP: 0.9 }),
      message: vendor('`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.'),
    },
    {
      rule: 'has no top_k',
      taken: extra({ top_k: 5 }),
      refused: extra({ ...enabled(), top_k: 5 }),
      message: vendor('`top_k` must be unset when thinking is enabled.'),
    },
    {
      rule: 'does not go with a forced tool, unless it adapts',
      model: 'claude46',
      taken: { ...extra(adaptive()), ...forced },
      refused: { ...extra(enabled()), ...forced },
      message: vendor('Thinking may not be enabled when tool_choice forces tool use.'),
    },
    {
      rule: 'has an effort that there is',
      model: 'claude46',
      taken: extra(adaptive({ effort: 'max' })),
      refused: extra(adaptive({ effort: 'xhigh' })),
      message: vendor("output_config.effort: Input should be 'low', 'medium', 'high' or 'max'"),
    },
    {
      rule: 'has no effort before Claude 4.5',
      model: 'claude37',
      otherModel: 'opus47',
      refused: extra({ output_config: { effort: 'low' } }),
      message: vendor('This model does not support the effort parameter.'),
    },
    {
      rule: 'is not for Nova 1',
      model: 'nova',
      otherModel: 'nova2',
      refused: nova({ maxReasoningEffort: 'low' }),
      message: malformed('the provided reasoning config value is invalid'),
    },
    {
      rule: 'has an effort for Nova 2',
      model: 'nova2',
      taken: extra({ reasoningConfig: { type: 'disabled' } }),
      refused: nova({}),
      message: malformed('the provided reasoning config value is invalid'),
    },
    {
      rule: 'is high for Nova 2 without other settings',
      model: 'nova2',
      taken: nova({ maxReasoningEffort: 'medium' }, { maxTokens: 500 }),
      refused: nova({ maxReasoningEffort: 'high' }, { maxTokens: 500 }),
      message: malformed('maxTokens must be unset when maxReasoningEffort is high'),
    },
  ])
})
