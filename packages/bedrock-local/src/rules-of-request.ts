import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { extraneousKey, unsupportedField, vendorSays } from './vendor-says.js'

/** Members of the request beside conversation and tools. */
export const requestRules: readonly Rule[] = [
  promptAlone,
  promptVariablesFit,
  guardrailWhole,
  guardrailIdentifier,
  responsePaths,
  serviceTier,
  outputLength,
  samplingKnobs,
  stopSequences,
  outputFormatTaken,
  extraFields,
]

const promptMembers = ['additionalModelRequestFields', 'inferenceConfig', 'system', 'toolConfig']

/** Documented; empty members are refused too, as public issues have it. The text is ours. */
function promptAlone({ model, body }: CheckedRequest): Refusal | undefined {
  if (model.kind !== 'prompt') return undefined
  const member = promptMembers.find((name) => (body[name] ?? undefined) !== undefined)
  return member === undefined
    ? undefined
    : invalid(`The ${member} field can't be specified when a prompt resource is used. Remove ${member} and try again.`)
}

/** Documented; the text is ours. */
function promptVariablesFit({ model, body }: CheckedRequest): Refusal | undefined {
  if (model.kind === 'prompt' || !body.promptVariables) return undefined
  return invalid('The promptVariables field can only be specified when a prompt resource is used.')
}

/** Documented; the text is ours. */
function guardrailWhole({ body }: CheckedRequest): Refusal | undefined {
  const { guardrailConfig: guardrail } = body
  if (!guardrail || Boolean(guardrail.guardrailIdentifier) === Boolean(guardrail.guardrailVersion)) return undefined
  return invalid('A guardrail needs both its identifier and its version.')
}

/** Quoted in a public issue; the form is that of the service's model. */
function guardrailIdentifier({ body }: CheckedRequest): Refusal | undefined {
  const id = body.guardrailConfig?.guardrailIdentifier
  if (!id || /^([a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+)$/.test(String(id))) {
    return undefined
  }
  return invalid('The provided guardrail identifier is invalid.')
}

/** Documented as an error; the text is ours. */
function responsePaths({ body }: CheckedRequest): Refusal | undefined {
  const paths = (body.additionalModelResponseFieldPaths ?? []) as readonly string[]
  const bad = paths.find((path) => !/^(\/([^~/]|~[01])*)+$/.test(path))
  return bad === undefined
    ? undefined
    : invalid(`The additionalModelResponseFieldPaths value ${bad} is not a valid JSON Pointer.`)
}

/** Both texts are quoted from live replies in a public issue; this account has reserved nothing. */
function serviceTier({ body }: CheckedRequest): Refusal | undefined {
  const { type } = (body.serviceTier ?? {}) as { readonly type?: string }
  if (type === 'reserved') return invalid('Reservation not found.')
  if (type === undefined || ['default', 'flex', 'priority'].includes(type)) return undefined
  return invalid('service tier provided is invalid')
}

/** Quoted in public issues. */
function outputLength({ quirks, body }: CheckedRequest): Refusal | undefined {
  const { maxTokens } = body.inferenceConfig ?? {}
  const { maxOutputTokens: limit } = quirks
  if (limit === undefined || typeof maxTokens !== 'number' || maxTokens <= limit) return undefined
  const rule = `The maximum tokens you requested exceeds the model limit of ${limit}.`
  return invalid(`${rule} Try again with a maximum tokens value that is lower than ${limit}.`)
}

/** Quoted in public issues; newer models of Claude take neither, but for a temperature of 1 beside thought. */
function samplingKnobs({ quirks, body }: CheckedRequest): Refusal | undefined {
  const { temperature, topP } = body.inferenceConfig ?? {}
  const extra = body.additionalModelRequestFields ?? {}
  if (quirks.refusesSampling) {
    const isDefault = temperature === 1 && isObject(extra.thinking)
    const given = { temperature: isDefault ? undefined : temperature, top_p: topP, top_k: extra.top_k }
    const [knob] = Object.entries(given).find(([, value]) => (value ?? undefined) !== undefined) ?? []
    return knob === undefined ? undefined : vendorSays(`\`${knob}\` is deprecated for this model.`)
  }
  if (!quirks.oneSamplingKnob || typeof temperature !== 'number' || typeof topP !== 'number') return undefined
  return vendorSays('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
}

/** Anthropic's own text. */
function stopSequences({ quirks, body }: CheckedRequest): Refusal | undefined {
  const stops = (body.inferenceConfig?.stopSequences ?? []) as readonly string[]
  if (quirks.dialect !== 'anthropic' || stops.every((stop) => stop.trim() !== '')) return undefined
  return vendorSays('stop_sequences: each stop sequence must contain non-whitespace')
}

/** Claude's is quoted in public issues, the other has the service's general form. */
function outputFormatTaken({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (!quirks.refusesOutputSchema || !isObject(body.outputConfig?.textFormat)) return undefined
  return quirks.dialect === 'anthropic'
    ? vendorSays('output_config.format: Extra inputs are not permitted')
    : unsupportedField('outputConfig.textFormat')
}

/** Unknown members are refused by the vendors; Nova's text is quoted in public issues, Claude's has Anthropic's form. */
function extraFields({ quirks, body }: CheckedRequest): Refusal | undefined {
  const fields = body.additionalModelRequestFields ?? {}
  // A beta may bring members of its own along.
  if (!isObject(fields) || fields.anthropic_beta) return undefined
  const unknown = Object.keys(fields).find((name) => quirks.extraFields && !quirks.extraFields.includes(name))
  if (unknown === undefined) return undefined
  return quirks.dialect === 'anthropic'
    ? vendorSays(`${unknown}: Extra inputs are not permitted`)
    : extraneousKey('', unknown)
}

function isObject(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
