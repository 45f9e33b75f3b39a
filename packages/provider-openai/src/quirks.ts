import type { Capabilities, SchemaDialect } from '@x/types'

export const dialects = [
  'openai',
  'bedrock',
  'ollama',
  'vllm',
  'llama.cpp',
  'openrouter',
  'deepseek',
  'compatible',
] as const

/** A server's way of speaking Chat Completions. `compatible` is what all of them have in common. */
export type Dialect = (typeof dialects)[number]

export type Medium = 'image' | 'document' | 'audio'

/** Where servers differ. What is read from an answer is the same for all: each of them is understood everywhere. */
export interface Quirks {
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens'
  /** `stream_options.include_usage` is taken. */
  readonly streamUsage: boolean
  /** Without a key every call would be refused. */
  readonly needsKey: boolean
  /** Environment variables that hold keys for this very server, the first one that is set counts. */
  readonly keyVariables: readonly string[]
  /** How thoughts go back to the model that wrote them. Missing: not at all. */
  readonly reasoningReplay?: {
    readonly field: 'reasoning' | 'reasoning_content' | 'reasoning_details'
    /** `current`: only those after the last user message, where tools are being called. */
    readonly turns: 'current' | 'all'
  }
  /** Thoughts may stand at the start of the text, in a tag of this name. */
  readonly reasoningTag?: string
  /** `response_format.json_schema.strict` is sent. */
  readonly strictOutput: boolean
  /** Missing: not known, and sent as it is. */
  readonly media?: readonly Medium[]
  readonly imageFormats?: readonly string[]
  readonly audioFormats?: readonly string[]
  /** `contextTokens` and the like hang on the model, which the address does not tell. */
  readonly capabilities: Omit<Capabilities, 'media'>
}

/** The server that a config speaks to. */
export function quirksOf(url: URL, dialect?: Dialect): Quirks {
  if (dialect) return rows[dialect]
  const found = addresses.find(([pattern]) => pattern.test(url.host))
  return rows[found?.[1] ?? 'compatible']
}

const addresses: readonly (readonly [host: RegExp, Dialect])[] = [
  [/^([a-z0-9-]+\.)*api\.openai\.com$/, 'openai'],
  [/^bedrock-(runtime|mantle)(-fips)?\.[a-z0-9-]+\.(amazonaws\.com|api\.aws)$/, 'bedrock'],
  [/^openrouter\.ai$/, 'openrouter'],
  [/^api\.deepseek\.com$/, 'deepseek'],
  // Ollama's own port. vLLM and llama.cpp listen where everything else does.
  [/:11434$/, 'ollama'],
]

/** https://developers.openai.com/api/docs/guides/structured-outputs, "Supported schemas" */
const openaiStrict: SchemaDialect = {
  closedObjects: true,
  allRequired: true,
  recursion: true,
  keywords: [
    ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', '$ref', '$defs'],
    ...['title', 'description', 'pattern', 'format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
    ...['multipleOf', 'minItems', 'maxItems'],
  ],
  formats: ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
  limits: { depth: 10 },
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html, and narrower where OpenAI is. */
const bedrockStrict: SchemaDialect = {
  closedObjects: true,
  allRequired: true,
  recursion: false,
  keywords: [
    ...['type', 'properties', 'required', 'additionalProperties', 'items', 'minItems', 'enum', 'const', 'format'],
    ...['anyOf', '$ref', '$defs', 'title', 'description'],
  ],
  formats: openaiStrict.formats ?? [],
  maxMinItems: 1,
}

const anySchema: SchemaDialect = {}
const tools = { tools: true, streamsTools: true } satisfies Capabilities
const anyChoice = { ...tools, toolChoice: ['any', 'none', 'tool'] } satisfies Capabilities
// Their servers turn the schema into a grammar, so it need not be closed, and `strict` means nothing to them.
const grammar = { outputSchema: true, strictTools: false, schemas: { tool: anySchema, output: anySchema } } as const
const local = { needsKey: false, keyVariables: [], strictOutput: false, reasoningTag: 'think' } as const

const compatible: Quirks = {
  ...local,
  maxTokensField: 'max_tokens',
  streamUsage: true,
  strictOutput: true,
  capabilities: { schemas: { tool: anySchema, strictTool: openaiStrict, output: openaiStrict } },
}

const rows: Readonly<Record<Dialect, Quirks>> = {
  openai: {
    maxTokensField: 'max_completion_tokens',
    streamUsage: true,
    needsKey: true,
    keyVariables: ['OPENAI_API_KEY'],
    strictOutput: true,
    media: ['image', 'document', 'audio'],
    imageFormats: ['png', 'jpeg', 'gif', 'webp'],
    audioFormats: ['wav', 'mp3'],
    capabilities: {
      ...anyChoice,
      outputSchema: true,
      strictTools: true,
      schemas: { tool: anySchema, strictTool: openaiStrict, output: openaiStrict },
    },
  },
  bedrock: {
    maxTokensField: 'max_completion_tokens',
    streamUsage: true,
    needsKey: true,
    keyVariables: ['AWS_BEARER_TOKEN_BEDROCK'],
    // gpt-oss, on this endpoint as over InvokeModel:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html
    reasoningTag: 'reasoning',
    strictOutput: true,
    media: ['image'],
    capabilities: {
      ...tools,
      outputSchema: true,
      schemas: { tool: anySchema, strictTool: bedrockStrict, output: bedrockStrict },
    },
  },
  // github.com/ollama/ollama, openai/openai.go: `tool_choice` is not read, and images are three formats.
  ollama: {
    ...local,
    maxTokensField: 'max_tokens',
    streamUsage: true,
    reasoningReplay: { field: 'reasoning', turns: 'current' },
    media: ['image'],
    imageFormats: ['png', 'jpeg', 'webp'],
    capabilities: { ...tools, toolChoice: [], ...grammar },
  },
  // docs.vllm.ai, "Reasoning Outputs": `reasoning` used to be `reasoning_content`.
  vllm: {
    ...local,
    maxTokensField: 'max_tokens',
    streamUsage: true,
    reasoningReplay: { field: 'reasoning', turns: 'current' },
    media: ['image', 'audio'],
    capabilities: { ...anyChoice, ...grammar },
  },
  // github.com/ggml-org/llama.cpp, common/chat.cpp: `tool_choice` is a word, never an object.
  'llama.cpp': {
    ...local,
    maxTokensField: 'max_tokens',
    streamUsage: true,
    reasoningReplay: { field: 'reasoning_content', turns: 'current' },
    media: ['image', 'audio'],
    audioFormats: ['wav', 'mp3'],
    capabilities: { ...tools, toolChoice: ['any', 'none'], ...grammar },
  },
  // openrouter.ai/docs, "Reasoning Tokens": the blocks go back as they came.
  openrouter: {
    ...compatible,
    needsKey: true,
    keyVariables: ['OPENROUTER_API_KEY'],
    reasoningReplay: { field: 'reasoning_details', turns: 'all' },
    capabilities: { ...compatible.capabilities, ...anyChoice },
  },
  // api-docs.deepseek.com, "Thinking mode": thoughts go back while tools are being called, and not afterwards.
  deepseek: {
    ...compatible,
    needsKey: true,
    keyVariables: ['DEEPSEEK_API_KEY'],
    reasoningReplay: { field: 'reasoning_content', turns: 'current' },
    media: [],
    capabilities: { ...anyChoice, outputSchema: false, strictTools: false, schemas: { tool: anySchema } },
  },
  compatible,
}
