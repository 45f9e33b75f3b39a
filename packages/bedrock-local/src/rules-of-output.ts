import { placesOf } from './places.js'
import type { Refusal } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { wantsCitations } from './rules-of-media.js'
import { isTooDeep } from './rules-of-shape.js'
import { countOptional, findSubsetFault } from './schema-subset.js'
import { unsupportedField, vendorSays } from './vendor-says.js'

/** Schemas that bind the model's output: the answer's, and those of strict tools. */
export const outputRules: readonly Rule[] = [
  outputSchema,
  outputWithoutCitations,
  strictTaken,
  strictSchemas,
  strictToolCount,
  optionalCount,
]

/** The schema travels as a string of JSON. */
function outputSchema({ quirks, body }: CheckedRequest): Refusal | undefined {
  const text = schemaTextOf(body)
  if (text === undefined) return undefined
  const path =
    quirks.dialect === 'anthropic'
      ? 'output_config.format.schema'
      : 'outputConfig.textFormat.structure.jsonSchema.schema'
  const schema = parsed(text)
  const isObject = typeof schema === 'object' && schema !== null && !Array.isArray(schema)
  const fault = isObject && !isTooDeep(schema) ? findSubsetFault(schema) : 'Input should be a valid JSON schema'
  return fault === undefined ? undefined : vendorSays(`${path}: ${fault}`)
}

/** Documented by Anthropic; the text is ours. */
function outputWithoutCitations({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (quirks.dialect !== 'anthropic' || schemaTextOf(body) === undefined) return undefined
  const isCited = placesOf(body).some(({ block }) => wantsCitations(block))
  return isCited ? vendorSays('output_config.format: Citations cannot be combined with structured outputs.') : undefined
}

/** Claude's has Anthropic's form, the other the service's. */
function strictTaken({ quirks, body }: CheckedRequest): Refusal | undefined {
  const index = toolSpecsOf(body).findIndex(({ strict }) => strict)
  if (index < 0 || !quirks.refusesOutputSchema) return undefined
  return quirks.dialect === 'anthropic'
    ? vendorSays(`tools.${index}.custom.strict: Extra inputs are not permitted`)
    : unsupportedField('toolSpec.strict')
}

/** Quoted in public issues. */
function strictSchemas({ body }: CheckedRequest): Refusal | undefined {
  for (const [index, { strict, inputSchema }] of toolSpecsOf(body).entries()) {
    const fault = strict ? findSubsetFault(inputSchema.json) : undefined
    if (fault !== undefined) return vendorSays(`tools.${index}.custom: ${fault}`)
  }
  return undefined
}

const maxStrictTools = 20

/** Documented; the text is ours. */
function strictToolCount({ body }: CheckedRequest): Refusal | undefined {
  const count = toolSpecsOf(body).filter(({ strict }) => strict).length
  if (count <= maxStrictTools) return undefined
  return vendorSays(`tools: A maximum of ${maxStrictTools} strict tools may be provided. Found ${count}.`)
}

const maxOptional = 24

/** The limit is found by trial in a public issue; the text is ours. */
function optionalCount({ body }: CheckedRequest): Refusal | undefined {
  const strict = toolSpecsOf(body).filter((spec) => spec.strict)
  const count = strict.reduce((sum, { inputSchema }) => sum + countOptional(inputSchema.json), 0)
  if (count <= maxOptional) return undefined
  return vendorSays(
    `tools: A maximum of ${maxOptional} optional parameters may be used in strict tools. Found ${count}.`,
  )
}

function schemaTextOf(body: CheckedRequest['body']): string | undefined {
  const format = body.outputConfig?.textFormat as
    | { readonly structure?: { readonly jsonSchema?: { readonly schema?: string } | null } | null }
    | null
    | undefined
  return format?.structure?.jsonSchema?.schema
}

function toolSpecsOf({ toolConfig }: CheckedRequest['body']) {
  return (toolConfig?.tools ?? []).flatMap(({ toolSpec }) => toolSpec ?? [])
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
