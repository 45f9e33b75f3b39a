import type { ModelRequest, Part, ProviderPart, ToolSpec } from '@x/types'
import { isToolName } from './call-id.js'
import { checkNativeSchema, optionalCount } from './check-schema.js'
import { checkToolSchema } from './check-tool-schema.js'
import { checkCachePoint, checkProviderPart } from './checked-part.js'
import type { Finding } from './finding.js'
import { finding, shown, under } from './finding.js'
import type { Quirks } from './quirks.js'
import { nativeLimits } from './schema-dialects.js'
import { toStrictSchema } from './to-strict-schema.js'

type RequestTool = NonNullable<ModelRequest['tools']>[number]

/** The tools of a request, each by itself and then as a list. The list given is given back if nothing was repaired. */
export function checkTools(tools: readonly RequestTool[], quirks: Quirks, strictTools: boolean) {
  const checked = tools.map((tool) => checkTool(tool, quirks, strictTools))
  const findings = [
    ...checked.flatMap((one, place) => under(`tools.${place}`, one.findings)),
    ...checkList(tools, quirks, strictTools),
  ]
  const kept: RequestTool[] = []
  for (const [place, { tool }] of checked.entries()) {
    if (tool && (kept.length > 0 || !isPart(tool, 'cache-point'))) kept.push(tool)
    else if (tool) {
      const message = 'No tool comes before the cache point.'
      findings.push(finding('repaired', 'cache-point-place', `tools.${place}`, message, 'left out'))
    }
  }
  const same = kept.length === tools.length && kept.every((tool, place) => tool === tools[place])
  return { tools: same ? tools : kept, findings }
}

interface CheckedTool {
  readonly tool: RequestTool | undefined
  readonly findings: readonly Finding[]
}

const memory = new WeakMap<RequestTool, { quirks: Quirks; strictTools: boolean; checked: CheckedTool }>()

function checkTool(tool: RequestTool, quirks: Quirks, strictTools: boolean): CheckedTool {
  if (typeof tool !== 'object' || tool === null) {
    return { tool, findings: [finding('error', 'message-shape', '', 'A tool is an object.')] }
  }
  const known = memory.get(tool)
  if (known?.quirks === quirks && known.strictTools === strictTools) return known.checked
  const checked = freshly(tool, quirks, strictTools)
  memory.set(tool, { quirks, strictTools, checked })
  return checked
}

function freshly(tool: RequestTool, quirks: Quirks, strictTools: boolean): CheckedTool {
  if (isPart(tool, 'cache-point')) {
    const { part, findings } = checkCachePoint(tool, quirks, 'tools')
    return { tool: part, findings }
  }
  if (isPart(tool, 'provider')) return { tool, findings: checkProviderPart(tool as ProviderPart).findings }
  return checkSpec(tool as ToolSpec, quirks, strictTools)
}

function checkSpec(tool: ToolSpec, quirks: Quirks, strictTools: boolean): CheckedTool {
  const findings: Finding[] = []
  if (typeof tool.name !== 'string' || !isToolName(tool.name)) {
    const message = `"${shown(tool.name)}" is no name for a tool: 1 to 64 letters, digits, _ and -.`
    findings.push(finding('error', 'tool-name', 'name', message))
  }
  if (typeof tool.description === 'string' && tool.description.trim() === '') {
    findings.push(finding('note', 'tool-description', 'description', 'The description is blank.', 'left out'))
  }
  const { schema, findings: ofSchema } = checkToolSchema(tool.inputSchema, quirks)
  findings.push(...ofSchema)
  if (tool.strict ?? strictTools) {
    // The option closes objects on the way to the wire; a tool that calls itself strict is sent as it is.
    const sent = tool.strict === undefined ? toStrictSchema(schema) : schema
    findings.push(...checkNativeSchema(sent, 'inputSchema', nativeSeverity(quirks)))
  }
  return { tool: schema === tool.inputSchema ? tool : { ...tool, inputSchema: schema }, findings }
}

/** Where the subset is known; other families may compile more or less. */
export function nativeSeverity({ capabilities }: Quirks): 'error' | 'warning' {
  return capabilities.outputSchema ? 'error' : 'warning'
}

const maxStrictTools = 20

function checkList(tools: readonly RequestTool[], { capabilities, family }: Quirks, strictTools: boolean): Finding[] {
  const specs = tools.map((tool) => ('name' in Object(tool) ? (tool as ToolSpec) : undefined))
  const findings: Finding[] = []
  for (const [place, spec] of specs.entries()) {
    if (spec && specs.findIndex((other) => other?.name === spec.name) < place) {
      const message = `Another tool is named "${shown(spec.name)}".`
      findings.push(finding('error', 'duplicate-tool-name', `tools.${place}.name`, message))
    }
  }
  const strict = specs.filter((spec) => spec && (spec.strict ?? strictTools)).length
  if (strict > maxStrictTools) {
    findings.push(finding('error', 'strict-tool-count', 'tools', `${strict} tools are strict.`))
  }
  const optional = specs
    .filter((spec) => spec && (spec.strict ?? strictTools))
    .map((spec) => optionalCount(spec?.inputSchema))
  const count = optional.reduce((sum, one) => sum + one, 0)
  if (count > nativeLimits.optionalMembers) {
    findings.push(finding('error', 'strict-parameters', 'tools', `Strict tools have ${count} optional parameters.`))
  }
  if (strict > 0 && capabilities.strictTools === false) {
    findings.push(finding('error', 'native-unsupported', 'tools', `This ${family} model takes no strict tools.`))
  }
  if (capabilities.tools === false && specs.some(Boolean)) {
    findings.push(finding('error', 'tools-unsupported', 'tools', `${family} models take no tools.`))
  }
  return findings
}

function isPart<Type extends Part['type']>(tool: RequestTool, type: Type): tool is RequestTool & { type: Type } {
  return typeof tool === 'object' && tool !== null && 'type' in tool && tool.type === type
}
