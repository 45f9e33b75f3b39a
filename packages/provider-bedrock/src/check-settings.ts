import type { ModelRequest } from '@x/types'
import { checkNativeSchema } from './check-schema.js'
import { checkThinking } from './check-thinking.js'
import { nativeSeverity } from './check-tools.js'
import type { BedrockConfig } from './config.js'
import type { Finding } from './finding.js'
import { finding, shown } from './finding.js'
import { baseModelId } from './models.js'
import type { Quirks } from './quirks.js'

/** What the config and the request say together: settings that exclude each other, choices that the family lacks. */
export function checkSettings(config: BedrockConfig, request: ModelRequest, quirks: Quirks): Finding[] {
  return [
    ...checkModel(config, request, quirks),
    ...checkToolChoice(request, quirks),
    ...checkSampling(config, quirks),
    ...checkThinking(config, request, quirks),
    ...(request.output ? checkOutput(request.output, quirks) : []),
  ]
}

function checkModel({ modelId, streaming }: BedrockConfig, request: ModelRequest, quirks: Quirks): Finding[] {
  const { family, profileOnly, capabilities } = quirks
  const findings: Finding[] = []
  // Which regions still take it by its own id changes from month to month, so it is tried.
  if (profileOnly && modelId === baseModelId(modelId)) {
    const message = `Most regions want an inference profile such as us.${modelId} or global.${modelId}.`
    findings.push(finding('warning', 'inference-profile', 'config.modelId', message))
  }
  if (capabilities.streamsTools === false && capabilities.tools !== false && hasTools(request)) {
    const message = `${family} models do not stream tool calls.`
    findings.push(
      streaming === true
        ? finding('error', 'streamed-tools', 'config.streaming', `${message} Leave streaming unset, or false.`)
        : finding('note', 'streamed-tools', 'tools', message, 'asked over Converse, as the same events'),
    )
  }
  return findings
}

function checkOutput({ schema }: NonNullable<ModelRequest['output']>, quirks: Quirks): Finding[] {
  if (quirks.capabilities.outputSchema !== false) {
    return checkNativeSchema(schema, 'output.schema', nativeSeverity(quirks))
  }
  const message = `This ${quirks.family} model takes no schema for its output.`
  return [finding('error', 'native-unsupported', 'output', message)]
}

function hasTools({ tools, messages }: ModelRequest): boolean {
  return Boolean(tools?.length) || holdsCalls(messages)
}

function holdsCalls(messages: ModelRequest['messages']): boolean {
  return messages.some((message) => {
    return Array.isArray(message?.content) && message.content.some((part) => part?.type === 'tool-call')
  })
}

function checkToolChoice(request: ModelRequest, { capabilities, family }: Quirks): Finding[] {
  const { toolChoice: choice, tools = [], messages } = request
  const called = holdsCalls(messages)
  const findings: Finding[] = []
  const isTool = (tool: object) => !('type' in tool) || tool.type === 'provider'
  const offered = tools.some((tool) => isTool(Object(tool)))
  if (!offered && called) {
    const message = 'The history holds tool calls, and there are no tools.'
    findings.push(finding('note', 'tool-config-missing', 'tools', message, 'declared by their names'))
  }
  if (request.tools && !offered) findings.push(finding('note', 'empty-tools', 'tools', 'There are none.', 'left out'))
  if (choice === 'none' && called) {
    const message = 'The history holds tool calls, so the tools are offered all the same.'
    findings.push(finding('warning', 'tool-choice-none', 'toolChoice', message))
  }
  if (choice === undefined || choice === 'none' || choice === 'auto') return findings
  const kind = choice === 'any' ? 'any' : 'tool'
  if (kind === 'any' && !offered) {
    return [...findings, finding('warning', 'tool-choice-unknown', 'toolChoice', 'There are no tools to choose from.')]
  }
  if (capabilities.toolChoice && !capabilities.toolChoice.includes(kind)) {
    const message = `${family} models cannot be made to call ${kind === 'any' ? 'a tool' : 'one certain tool'}.`
    findings.push(finding('error', 'tool-choice-unsupported', 'toolChoice', message))
  }
  if (choice !== 'any' && !tools.some((tool) => namesOf(tool).includes(choice.tool))) {
    const message = `There is no tool "${shown(choice.tool)}".`
    findings.push(finding('error', 'tool-choice-unknown', 'toolChoice', message))
  }
  return findings
}

/** A tool of the service's own is named inside its block. */
function namesOf(tool: NonNullable<ModelRequest['tools']>[number]): readonly unknown[] {
  if (!('type' in tool)) return [tool.name]
  return tool.type === 'provider' ? Object.values(Object(tool.value)).map((block) => Object(block).name) : []
}

function checkSampling({ temperature, topP }: BedrockConfig, { refuses, family }: Quirks): Finding[] {
  if (refuses.sampling) {
    const given = Object.entries({ temperature, topP }).filter(([, value]) => value !== undefined)
    return given.map(([name]) => {
      return finding('error', 'sampling', `config.${name}`, `This ${family} model takes no ${name}.`)
    })
  }
  if (!refuses.bothSamplingKnobs || temperature === undefined || topP === undefined) return []
  const message = `This ${family} model takes temperature or topP, not both.`
  return [finding('error', 'sampling', 'config.topP', message)]
}
