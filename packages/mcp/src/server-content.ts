import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { AssistantPart, JsonObject, JsonValue, Message } from '@x/types'
import { AgentError } from '@x/types'
import { whileLinked } from './abort.js'
import type { Connection } from './connection.js'
import type { ContentPart } from './from-content.js'
import { fromContent, fromResource } from './from-content.js'
import { asObject, asText } from './json.js'

export interface McpResource {
  readonly uri: string
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly mimeType?: string
  /** In bytes. */
  readonly size?: number
}

/** A family of resources; `uriTemplate` is RFC 6570. */
export interface McpResourceTemplate extends Omit<McpResource, 'uri' | 'size'> {
  readonly uriTemplate: string
}

export interface McpPrompt {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly arguments?: readonly { readonly name: string; readonly description?: string; readonly required?: boolean }[]
}

interface RequestOptions {
  readonly signal?: AbortSignal
}

/** What a server offers beside tools. A server without them gives empty lists. */
export interface ServerContent {
  resources(options?: RequestOptions): Promise<readonly McpResource[]>
  resourceTemplates(options?: RequestOptions): Promise<readonly McpResourceTemplate[]>
  /** Parts for a user message. */
  readResource(uri: string, options?: RequestOptions): Promise<readonly ContentPart[]>
  prompts(options?: RequestOptions): Promise<readonly McpPrompt[]>
  /** Messages to start or go on with; neighbours of one role are one message. */
  prompt(
    name: string,
    args?: { readonly [name: string]: string },
    options?: RequestOptions,
  ): Promise<readonly Message[]>
}

interface Limits {
  readonly timeoutMs: number
  readonly maxResultBytes: number
}

const maxPages = 100

export function serverContent(connection: Connection, { timeoutMs, maxResultBytes }: Limits): ServerContent {
  const content = { maxBytes: maxResultBytes, audio: true }
  const request = (method: string, params: JsonObject, { signal }: RequestOptions = {}) =>
    connection.use(
      (client) =>
        whileLinked(signal, async (linked) => {
          if (!offers(client, method)) throw new AgentError('unsupported', `This MCP server does not offer ${method}.`)
          const options = { signal: linked.signal, timeout: timeoutMs }
          return (await client.request({ method, params: { ...params } }, ResultSchema, options)) as JsonObject
        }),
      { signal, repeatable: true },
    )
  const list = async (method: string, member: string, options?: RequestOptions) => {
    if (!(await connection.use(async (client) => offers(client, method), options))) return []
    const entries: JsonValue[] = []
    let cursor: string | undefined
    for (let page = 0; page < maxPages; page++) {
      const result = await request(method, cursor === undefined ? {} : { cursor }, options)
      if (Array.isArray(result[member])) entries.push(...(result[member] as JsonValue[]))
      cursor = asText(result.nextCursor)
      if (cursor === undefined) break
    }
    return entries.map((entry) => asObject(entry)).filter((entry) => entry !== undefined)
  }
  return {
    resources: async (options) => (await list('resources/list', 'resources', options)).map(fromListedResource),
    resourceTemplates: async (options) =>
      (await list('resources/templates/list', 'resourceTemplates', options)).map(fromTemplate),
    readResource: async (uri, options) =>
      fromResource((await request('resources/read', { uri }, options)).contents, content),
    prompts: async (options) => (await list('prompts/list', 'prompts', options)).map(fromPrompt),
    async prompt(name, args = {}, options) {
      const { messages } = await request('prompts/get', { name, arguments: args }, options)
      return fromPromptMessages(messages, maxResultBytes)
    },
  }
}

function offers(client: Client, method: string): boolean {
  const capabilities = client.getServerCapabilities()
  return (method.startsWith('prompts') ? capabilities?.prompts : capabilities?.resources) !== undefined
}

function fromListedResource(entry: JsonObject): McpResource {
  const { size } = entry
  return { uri: asText(entry.uri) ?? '', ...fromNamed(entry), ...(typeof size === 'number' && { size }) }
}

function fromTemplate(entry: JsonObject): McpResourceTemplate {
  return { uriTemplate: asText(entry.uriTemplate) ?? '', ...fromNamed(entry) }
}

function fromPrompt(entry: JsonObject): McpPrompt {
  const { mimeType: _none, ...named } = fromNamed(entry)
  if (!Array.isArray(entry.arguments)) return named
  const args = entry.arguments.map((item: JsonValue) => {
    const { name, description, required } = asObject(item) ?? {}
    const about = asText(description)
    return {
      name: asText(name) ?? '',
      ...(about !== undefined && { description: about }),
      ...(typeof required === 'boolean' && { required }),
    }
  })
  return { ...named, arguments: args }
}

function fromNamed(entry: JsonObject): Omit<McpResource, 'uri' | 'size'> {
  const [title, description, mimeType] = [asText(entry.title), asText(entry.description), asText(entry.mimeType)]
  return {
    name: asText(entry.name) ?? '',
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(mimeType !== undefined && { mimeType }),
  }
}

function fromPromptMessages(messages: JsonValue | undefined, maxBytes: number): Message[] {
  const list = Array.isArray(messages) ? messages.map((message: JsonValue) => asObject(message) ?? {}) : []
  const merged: { readonly role: 'user' | 'assistant'; readonly content: ContentPart[] }[] = []
  let left = maxBytes
  for (const message of list) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = fromContent([message.content], { maxBytes: left, audio: role === 'user' })
    left = Math.max(0, left - JSON.stringify(content).length)
    const last = merged.at(-1)
    if (last?.role === role) last.content.push(...content)
    else if (content.length > 0) merged.push({ role, content })
  }
  return merged.map(({ role, content }) =>
    role === 'user' ? { role, content } : { role, content: content.map(toAssistantPart) },
  )
}

/** An assistant writes text and images; anything else is said to have been there. */
function toAssistantPart(part: ContentPart): AssistantPart {
  return part.type === 'text' || part.type === 'image' ? part : { type: 'text', text: `[${part.type}]` }
}
