import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { LocalRequest } from './reply.js'
import type { Rule } from './rules.js'

/** What the API itself checks before it looks at what the request means. */
export const shapeRules: readonly Rule[] = [
  modelIdForm,
  messagesForm,
  toolsForm,
  systemForm,
  imageFormat,
  guardrailWhole,
]

const foundationModel = /^[a-z0-9-]+(\.[a-z0-9-]+){1,3}(:[a-z0-9-]+){0,2}$/
const arn = /^arn:aws(-[a-z]+)*:(bedrock|sagemaker):[a-z0-9-]*:[0-9]*:[a-z-]+\/.+$/
/** Provisioned throughput and the like. */
const plainId = /^[a-z0-9]{12}$/

function modelIdForm({ modelId }: LocalRequest): Refusal | undefined {
  if ([foundationModel, arn, plainId].some((form) => form.test(modelId))) return undefined
  return invalid('The provided model identifier is invalid.')
}

function messagesForm({ body }: LocalRequest): Refusal | undefined {
  const messages: unknown = body.messages ?? []
  if (!Array.isArray(messages)) return malformed('messages')
  for (const [index, message] of messages.entries()) {
    const path = `messages.${index + 1}.member`
    if (!isObject(message)) return malformed(path)
    if (!['user', 'assistant', 'system'].includes(String(message.role))) {
      return constraint(`${path}.role`, 'Member must satisfy enum value set: [user, assistant, system]')
    }
    if (!Array.isArray(message.content) || !message.content.every(isObject)) return malformed(`${path}.content`)
    const results = message.content.flatMap((block) => (isObject(block.toolResult) ? [block.toolResult.content] : []))
    if (!results.every((content) => content === undefined || (Array.isArray(content) && content.every(isObject)))) {
      return malformed(`${path}.content.toolResult.content`)
    }
  }
  return undefined
}

function toolsForm({ body }: LocalRequest): Refusal | undefined {
  const toolConfig: unknown = body.toolConfig ?? { tools: [{}] }
  if (!isObject(toolConfig)) return malformed('toolConfig')
  const tools = toolConfig.tools ?? []
  if (!Array.isArray(tools) || !tools.every(isObject)) return malformed('toolConfig.tools')
  if (tools.length === 0) {
    return constraint('toolConfig.tools', 'Member must have length greater than or equal to 1')
  }
  return toolConfig.toolChoice === undefined || isObject(toolConfig.toolChoice)
    ? undefined
    : malformed('toolConfig.toolChoice')
}

function systemForm({ body }: LocalRequest): Refusal | undefined {
  const system: unknown = body.system ?? []
  if (!Array.isArray(system) || !system.every(isObject)) return malformed('system')
  const empty = system.findIndex((block) => block.text === '')
  return empty < 0
    ? undefined
    : constraint(`system.${empty + 1}.member.text`, 'Member must have length greater than or equal to 1')
}

const imageFormats = ['png', 'jpeg', 'gif', 'webp']

function imageFormat({ body }: LocalRequest): Refusal | undefined {
  for (const [at, message] of (body.messages ?? []).entries()) {
    const bad = message.content.findIndex((block) => block.image && !imageFormats.includes(String(block.image.format)))
    if (bad >= 0) {
      const path = `messages.${at + 1}.member.content.${bad + 1}.member.image.format`
      return constraint(path, `Member must satisfy enum value set: [${imageFormats.join(', ')}]`)
    }
  }
  return undefined
}

function guardrailWhole({ body }: LocalRequest): Refusal | undefined {
  const { guardrailConfig: guardrail } = body
  if (!guardrail || Boolean(guardrail.guardrailIdentifier) === Boolean(guardrail.guardrailVersion)) return undefined
  return invalid('A guardrail needs both its identifier and its version.')
}

export function constraint(path: string, words: string): Refusal {
  return invalid(`1 validation error detected: Value at '${path}' failed to satisfy constraint: ${words}`)
}

function malformed(path: string): Refusal {
  return { status: 400, error: 'SerializationException', message: `The value at '${path}' is of the wrong type.` }
}

function isObject(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
