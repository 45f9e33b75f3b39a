import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { findSchemaFault } from './schema-fault.js'
import { unsupportedField, vendorSays } from './vendor-says.js'

/** Tools as they are declared. */
export const toolRules: readonly Rule[] = [
  toolsTaken,
  toolsStreamed,
  systemTools,
  toolSchema,
  toolNamesUnique,
  toolChoiceTaken,
  toolChoiceNamesTool,
]

/** Quoted in public issues. */
function toolsTaken({ quirks, body }: CheckedRequest): Refusal | undefined {
  return body.toolConfig && quirks.refusesTools ? invalid("This model doesn't support tool use.") : undefined
}

function toolsStreamed({ operation, quirks, body }: CheckedRequest): Refusal | undefined {
  if (operation !== 'ConverseStream' || !body.toolConfig || !quirks.refusesStreamedTools) return undefined
  return invalid("This model doesn't support tool use in streaming mode.")
}

/** Documented for Nova 2 alone; the text has the service's general form. */
function systemTools({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (quirks.family === undefined || quirks.takesSystemTools) return undefined
  const hasOne = body.toolConfig?.tools?.some((tool) => tool.systemTool)
  return hasOne ? unsupportedField('toolConfig.tools.systemTool') : undefined
}

/** What the service itself checks; the vendors' own limits of strict schemas are rules of output. */
function toolSchema({ body }: CheckedRequest): Refusal | undefined {
  for (const [index, { toolSpec }] of (body.toolConfig?.tools ?? []).entries()) {
    const path = `toolConfig.tools.${index}.toolSpec.inputSchema`
    const schema: unknown = toolSpec ? toolSpec.inputSchema.json : { type: 'object' }
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
      return invalid(`The format of the value at ${path}.json is invalid. Provide a json object and try again.`)
    }
    if ((schema as { readonly type?: unknown }).type !== 'object') {
      return invalid(`The value at ${path}.json.type must be one of the following: object.`)
    }
    const fault = findSchemaFault(schema)
    if (fault === undefined) continue
    const fix = `Fix the following errors and try again: ${fault}`
    return invalid(`The json schema definition at ${path} is invalid. ${fix}`)
  }
  return undefined
}

/** Claude's is quoted in public issues without its path. */
function toolNamesUnique({ quirks, body }: CheckedRequest): Refusal | undefined {
  const names = (body.toolConfig?.tools ?? []).flatMap(({ toolSpec }) => toolSpec?.name ?? [])
  const double = names.find((name, index) => names.indexOf(name) < index)
  if (double === undefined) return undefined
  return quirks.dialect === 'anthropic'
    ? vendorSays('tools: Tool names must be unique.')
    : invalid(`The toolConfig.tools contain duplicate tool names: ${double}`)
}

/** Quoted in public issues. */
function toolChoiceTaken({ quirks, body }: CheckedRequest): Refusal | undefined {
  const choice = body.toolConfig?.toolChoice ?? {}
  const kind = (['any', 'tool'] as const).find((name) => choice[name] && quirks.refusedToolChoices?.includes(name))
  return kind === undefined ? undefined : unsupportedField(`toolConfig.toolChoice.${kind}`)
}

/** The service's own words for it are not known. */
function toolChoiceNamesTool({ body }: CheckedRequest): Refusal | undefined {
  const name = body.toolConfig?.toolChoice?.tool?.name
  const isThere = body.toolConfig?.tools?.some((tool) =>
    [tool.toolSpec, tool.systemTool].some((spec) => (spec as { readonly name?: string } | undefined)?.name === name),
  )
  return name === undefined || isThere
    ? undefined
    : invalid('The toolChoice names a tool that is not in toolConfig.tools.')
}
