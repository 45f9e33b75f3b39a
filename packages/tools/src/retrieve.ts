import type {
  BedrockAgentRuntimeClient,
  RetrievalFilter,
  RetrieveCommandInput,
  RetrieveCommandOutput,
} from '@aws-sdk/client-bedrock-agent-runtime'
import type { ToolContext, ToolOutput } from '@x/types'
import { AgentError } from '@x/types'
import { checkBounds } from './check-bounds.js'
import type { FunctionTool } from './define-tool.js'
import { defineTool } from './define-tool.js'
import { jsonSchema } from './json-schema.js'
import { fromRetrieveError } from './retrieve-error.js'
import { toSearchResults } from './retrieve-results.js'

export interface RetrieveOptions<Env = unknown> {
  /** Id of the knowledge base, or a function of the run's own values. */
  readonly knowledgeBaseId: string | ((env: Env) => string)
  /** What the tool is called. Default `retrieve`. */
  readonly name?: string
  /** What is in the knowledge base and when to ask it. Default: a general sentence. */
  readonly description?: string
  /** Where the knowledge base is. Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile. */
  readonly region?: string
  /** Default: one of its own, made at the first call. */
  readonly client?: Pick<BedrockAgentRuntimeClient, 'send'>
  /** Results when the model does not say how many. Default 5. */
  readonly numberOfResults?: number
  /** Results that the model may ask for. Default 20; the service takes up to 100. */
  readonly maxResults?: number
  /** Results of a lower score are left out; what scores are like depends on the vector store. Default none. */
  readonly minScore?: number
  /** Default: as the service decides. Not every vector store can search in both ways. */
  readonly searchType?: 'hybrid' | 'semantic'
  /** What may be found, by metadata: fixed, or a function of the run's own values. The model can neither see nor change it. */
  readonly filter?: RetrievalFilter | ((env: Env) => RetrievalFilter | undefined)
  /** Who asks, for knowledge bases that know what each user may see. */
  readonly userId?: (env: Env) => string
  readonly guardrail?: { readonly id: string; readonly version: string }
  /** `search-result` for models that can cite, with citations asked for; `text` for others. Default `search-result`. */
  readonly form?: 'search-result' | 'text'
  /** Characters of all results together. Default 20,000. */
  readonly maxChars?: number
  /** Default 30,000. */
  readonly timeoutMs?: number
}

interface RetrieveInput {
  readonly query: string
  readonly numberOfResults?: number
}

/**
 * A tool `retrieve { query, numberOfResults? }` that searches a Bedrock Knowledge Base and gives what it finds with its
 * sources. It needs `@aws-sdk/client-bedrock-agent-runtime` (an optional peer), which is loaded at the first call.
 * @throws AgentError `invalid-config` for an id that is none, or a number that is out of range
 */
export function retrieve<Env = unknown>(options: RetrieveOptions<Env>): FunctionTool {
  const { maxResults = 20, numberOfResults = Math.min(5, maxResults), timeoutMs = 30_000, maxChars = 20_000 } = options
  const { name = 'retrieve', description = 'Searches a knowledge base and gives the passages that fit best.' } = options
  checkBounds('retrieve', { maxResults, numberOfResults, maxChars })
  if (maxResults > 100 || numberOfResults > maxResults) {
    throw new AgentError('invalid-config', 'retrieve takes numberOfResults up to maxResults, and that up to 100.')
  }
  if (typeof options.knowledgeBaseId !== 'function') checkId(options.knowledgeBaseId)
  const input = jsonSchema<RetrieveInput>({
    type: 'object',
    properties: {
      query: { type: 'string', minLength: 1, maxLength: 1_000, description: 'What to look for, in plain words.' },
      numberOfResults: {
        ...{ type: 'integer', minimum: 1, maximum: maxResults },
        description: `How many passages to give. Default ${numberOfResults}.`,
      },
    },
    required: ['query'],
    additionalProperties: false,
  })
  let sender: Promise<Sender> | undefined
  return defineTool<typeof input, Env>({
    name,
    description,
    input,
    timeoutMs,
    annotations: {
      title: 'Search a knowledge base',
      readOnly: true,
      destructive: false,
      idempotent: true,
      openWorld: false,
    },
    async execute(asked, context): Promise<ToolOutput> {
      const request = toRequest({ numberOfResults, ...asked }, options, context)
      sender ??= createSender(options)
      try {
        const response = await (await sender)(request, context.signal)
        return toSearchResults(response, {
          form: options.form ?? 'search-result',
          minScore: options.minScore,
          maxChars,
        })
      } catch (error) {
        throw fromRetrieveError(error, request.knowledgeBaseId ?? '', context.signal)
      }
    },
  })
}

function toRequest<Env>(
  { query, numberOfResults }: RetrieveInput,
  options: RetrieveOptions<Env>,
  { env }: ToolContext<Env>,
): RetrieveCommandInput {
  const { knowledgeBaseId, searchType, filter, userId, guardrail } = options
  const allowed = typeof filter === 'function' ? filter(env) : filter
  return {
    knowledgeBaseId: typeof knowledgeBaseId === 'function' ? checkId(knowledgeBaseId(env)) : knowledgeBaseId,
    retrievalQuery: { text: query },
    retrievalConfiguration: {
      vectorSearchConfiguration: {
        numberOfResults,
        ...(searchType && { overrideSearchType: searchType === 'hybrid' ? 'HYBRID' : 'SEMANTIC' }),
        ...(allowed && { filter: allowed }),
      },
    },
    ...(userId && { userContext: { userId: userId(env) } }),
    ...(guardrail && { guardrailConfiguration: { guardrailId: guardrail.id, guardrailVersion: guardrail.version } }),
  }
}

function checkId(id: string): string {
  if (typeof id === 'string' && /^[0-9a-zA-Z]{1,64}$/.test(id)) return id
  throw new AgentError('invalid-config', `${JSON.stringify(id)} is not the id of a knowledge base.`, {
    hint: 'It is ten letters and digits; the console shows it.',
    scope: 'run',
  })
}

type Sender = (request: RetrieveCommandInput, signal: AbortSignal) => Promise<RetrieveCommandOutput>

async function createSender<Env>(options: RetrieveOptions<Env>): Promise<Sender> {
  const { BedrockAgentRuntimeClient, RetrieveCommand } = await loadSdk()
  const { AWS_REGION, AWS_DEFAULT_REGION } = globalThis.process?.env ?? {}
  // The SDK itself does not read AWS_DEFAULT_REGION; without any, it asks the profile.
  const region = options.region ?? (AWS_REGION || AWS_DEFAULT_REGION || undefined)
  const client = options.client ?? new BedrockAgentRuntimeClient({ ...(region !== undefined && { region }) })
  return (request, signal) => client.send(new RetrieveCommand(request), { abortSignal: signal })
}

async function loadSdk(): Promise<typeof import('@aws-sdk/client-bedrock-agent-runtime')> {
  try {
    return await import('@aws-sdk/client-bedrock-agent-runtime')
  } catch (cause) {
    throw new AgentError(
      'invalid-config',
      'The tool "retrieve" needs the package @aws-sdk/client-bedrock-agent-runtime, which could not be loaded.',
      { hint: 'Install it: npm install @aws-sdk/client-bedrock-agent-runtime', scope: 'run', cause },
    )
  }
}
