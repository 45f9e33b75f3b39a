import { expect, it } from 'vitest'
import type { ConverseBody, LocalRequest, WireBlock, WireMessage } from '../src/index.js'
import type { RuleContext } from '../src/rule.js'
import { checkRequest } from '../src/rules.js'

export const models = {
  claude: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  claude3: 'anthropic.claude-3-haiku-20240307-v1:0',
  claude37: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0',
  claude46: 'us.anthropic.claude-sonnet-4-6',
  opus47: 'us.anthropic.claude-opus-4-7',
  nova: 'us.amazon.nova-lite-v1:0',
  nova2: 'us.amazon.nova-2-lite-v1:0',
  micro: 'us.amazon.nova-micro-v1:0',
  llama: 'us.meta.llama3-3-70b-instruct-v1:0',
  llama4: 'us.meta.llama4-scout-17b-instruct-v1:0',
  mistral7b: 'mistral.mistral-7b-instruct-v0:2',
  pixtral: 'us.mistral.pixtral-large-2502-v1:0',
  deepseek: 'us.deepseek.r1-v1:0',
  palmyra: 'us.writer.palmyra-x5-v1:0',
  gptOss: 'openai.gpt-oss-120b-1:0',
  own: 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr',
} as const
type ModelName = keyof typeof models

export interface RuleCase {
  /** What the rule is about; the name of the test. */
  readonly rule: string
  /** Default `claude`. */
  readonly model?: ModelName
  /** Another model that takes what this one refuses; then `taken` may be left out. */
  readonly otherModel?: ModelName
  readonly operation?: LocalRequest['operation']
  /** The nearest request that passes. */
  readonly taken?: ConverseBody
  readonly refused: ConverseBody
  /** The whole message of the refusal. */
  readonly message: string
  /** Default 400 ValidationException. */
  readonly error?: string
}

/** One test for each: the refusal word for word, and the neighbour that passes. */
export function testRules(cases: readonly RuleCase[]): void {
  it.each(cases)('$rule', ({ model = 'claude', otherModel, operation, taken, refused, message, error }) => {
    const wanted = `${error ?? '400 ValidationException'}: ${message}`
    expect(refusalOf(refused, { modelId: models[model], ...(operation && { operation }) })).toBe(wanted)
    if (otherModel)
      expect(refusalOf(refused, { modelId: models[otherModel], ...(operation && { operation }) })).toBeUndefined()
    if (taken) expect(refusalOf(taken, { modelId: models[model], ...(operation && { operation }) })).toBeUndefined()
    expect(taken ?? otherModel).toBeDefined()
  })
}

export function refusalOf(
  body: ConverseBody,
  request: Partial<LocalRequest> = {},
  context?: RuleContext,
): string | undefined {
  const whole = { operation: 'Converse' as const, modelId: models.claude, headers: {}, body, ...request }
  const refusal = checkRequest(whole, context)
  return refusal && `${refusal.status} ${refusal.error}: ${refusal.message}`
}

export const vendor = (message: string) => `The model returned the following errors: ${message}`

export const user = (...content: readonly WireBlock[]): WireMessage => ({ role: 'user', content })
export const assistant = (...content: readonly WireBlock[]): WireMessage => ({ role: 'assistant', content })
export const text = (words: string): WireBlock => ({ text: words })
export const hello = user(text('Hello'))
/** A body with these blocks in its one message. */
export const ask = (...content: readonly WireBlock[]): ConverseBody => ({ messages: [user(...content)] })

export const call = (toolUseId: string, more = {}): WireBlock => ({
  toolUse: { toolUseId, name: 'f', input: {}, ...more },
})
export const result = (toolUseId: string, more = {}): WireBlock => ({
  toolResult: { toolUseId, content: [{ text: 'done' }], ...more },
})
export const tool = (name: string, json: object = { type: 'object' }, more = {}) => ({
  toolSpec: { name, inputSchema: { json: json as never }, ...more },
})
export const toolConfig = { tools: [tool('f')] }
/** A question, a call for each id, and what the user says to it. */
export const answered = (ids: readonly string[], ...content: readonly WireBlock[]): ConverseBody => ({
  messages: [hello, assistant(...ids.map((id) => call(id))), user(...content)],
  toolConfig,
})
export const cachePoint = (ttl?: string) => ({ cachePoint: { type: 'default', ...(ttl && { ttl }) } })

export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=='
export const image = (format = 'png', bytes = png): WireBlock => ({ image: { format, source: { bytes } } })
export const document = (name = 'Notes', more: object = {}): WireBlock => ({
  document: { name, format: 'txt', source: { text: 'Some notes.' }, ...more },
})
