import type { AnySchema } from '@x/tools/schema'
import { toJsonSchema } from '@x/tools/schema'
import type { Middleware, Model } from '@x/types'
import { AgentError } from '@x/types'
import type { AnswerOptions } from './answer-options.js'
import type { ChatMessage, ChatSystem } from './chat-message.js'
import type { CallHooks } from './client-hooks.js'
import { checkCallHooks } from './client-hooks.js'
import type { ExtractOptions } from './extract.js'
import type { ExtractModeName } from './extract-mode.js'
import { fromChatMessages } from './from-chat-messages.js'
import type { InferenceOptions } from './inference-options.js'
import { inferenceNames, toConfigPatch } from './inference-options.js'

/** What holds for all calls of a client unless a call says otherwise. */
export interface ClientOptions {
  /** Asks in this way alone. Default: the best that the model takes. */
  readonly mode?: ExtractModeName
  /** How often a wrong answer is asked for again. Default 2. */
  readonly maxRetries?: number
  /** Layers round the model calls: retry, telemetry, budget … */
  readonly use?: readonly Middleware[]
}

type Passed = 'signal' | 'env' | 'runId' | 'parent' | 'onLength'

/** A call without a schema: the answer comes as it is. */
export interface CompletionOptions
  extends InferenceOptions,
    Pick<ClientOptions, 'use'>,
    Pick<ExtractOptions<AnySchema>, Exclude<Passed, 'onLength'>> {
  readonly schema?: undefined
  readonly messages: readonly ChatMessage[]
  readonly system?: ChatSystem
  /** For the whole call with all its attempts; the error is `timeout`. Default: none. */
  readonly timeoutMs?: number
  /** Told beside those of the client. */
  readonly hooks?: CallHooks
}

export interface CreateOptions<Schema extends AnySchema>
  extends Omit<CompletionOptions, 'schema'>,
    ClientOptions,
    Pick<AnswerOptions<Schema>, 'description' | 'repair' | 'validate'>,
    Pick<ExtractOptions<AnySchema>, 'onLength'> {
  readonly schema: Schema
  /** What the answer is called towards the model. Default: the title of the schema where it is one, else `answer`. */
  readonly name?: string
  /** Wins over `maxRetries`. */
  readonly max_retries?: number
  /** Takes an answer only as it was written: short for `repair: false`. */
  readonly strict?: boolean
}

/** The conversation and what is set for this call alone. */
export interface ReadCall {
  readonly run: Pick<ExtractOptions<AnySchema>, Passed | 'model' | 'system' | 'config'> & {
    readonly messages: NonNullable<ExtractOptions<AnySchema>['messages']>
  }
  readonly answer: Omit<AnswerOptions<AnySchema>, 'schema' | 'validate' | 'onAttempt'>
}

/**
 * One call in the terms of `extract`.
 * @throws AgentError `invalid-config`, `invalid-messages`
 */
export function readCall(model: Model, ofClient: ClientOptions, given: CallOptions): ReadCall {
  for (const name of Object.keys(given)) {
    if (given[name as keyof CallOptions] !== undefined && !callNames.has(name)) throw unknownOption(name)
  }
  checkCallHooks(given.hooks)
  const { signal, env, runId, parent, onLength, strict, repair = strict === undefined ? undefined : !strict } = given
  const config = toConfigPatch(given, model)
  const author = { provider: model.provider, modelId: String(config?.modelId ?? model.modelId) }
  const { messages, system } = fromChatMessages(given.messages, given.system, author)
  const mode = given.mode ?? ofClient.mode
  const maxRetries = given.max_retries ?? given.maxRetries ?? ofClient.maxRetries
  const { title, description } = given.schema ? titlesOf(given.schema) : {}
  const name = given.name ?? title
  const says = given.description ?? description
  return {
    run: {
      ...{ model, messages, env },
      ...(system.length > 0 && { system }),
      ...(config && { config }),
      ...(signal && { signal }),
      ...(runId !== undefined && { runId }),
      ...(parent && { parent }),
      ...(onLength && { onLength }),
    },
    answer: {
      ...(name !== undefined && { name }),
      ...(says !== undefined && { description: says }),
      ...(mode !== undefined && { mode }),
      ...(maxRetries !== undefined && { maxRetries }),
      ...(repair !== undefined && { repair }),
    },
  }
}

type CallOptions = Omit<CompletionOptions, 'schema'> & Partial<Omit<CreateOptions<AnySchema>, 'messages'>>

const callNames: ReadonlySet<string> = new Set([
  ...['schema', 'messages', 'system', 'name', 'description', 'mode', 'maxRetries', 'max_retries', 'strict', 'repair'],
  ...['validate', 'onLength', 'hooks', 'timeoutMs', 'signal', 'use', 'env', 'runId', 'parent'],
  ...inferenceNames,
])

/** Names of Instructor and of Bedrock that are something else here. */
const otherNames: { readonly [name: string]: string | undefined } = {
  response_model: 'It is `schema` here.',
  responseModel: 'It is `schema` here.',
  stream: 'Use createPartial or createIterable, which stream.',
  timeout: 'It is `timeoutMs` here, in milliseconds.',
  context: 'Put the values into the messages with a template literal.',
  toolConfig: 'The tool of an answer is made from `schema`; an agent with tools of its own gives one by runStructured.',
  outputConfig: 'It is made from `schema`, in the mode "native".',
}

function unknownOption(name: string): AgentError {
  const hint = Object.hasOwn(otherNames, name) ? otherNames[name] : undefined
  return new AgentError('invalid-config', `A call has no option "${name}".`, {
    hint: hint ?? `Its options: ${[...callNames].sort().join(', ')}. Others of the model go into \`config\`.`,
  })
}

/** What a schema calls itself, as the class name and the docstring are in Instructor. */
function titlesOf(schema: AnySchema): { readonly title?: string; readonly description?: string } {
  try {
    const { title, description } = toJsonSchema(schema)
    return {
      ...(typeof title === 'string' && /^[a-zA-Z0-9_-]{1,64}$/.test(title) && { title }),
      ...(typeof description === 'string' && description !== '' && { description }),
    }
  } catch {
    // Whoever asks with it says what is wrong.
    return {}
  }
}
