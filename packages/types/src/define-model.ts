import { AgentError } from './error.js'
import type { JsonObject } from './json.js'
import type { Capabilities, Model, ModelEvent, ModelRequest, StreamOptions } from './model.js'

/** What every provider's config holds at least. */
export interface BaseConfig {
  readonly modelId: string
}

/** What a provider author writes. */
export interface ModelDefinition<Config extends BaseConfig, PrivateKey extends keyof Config = never> {
  /** Lower-case name as in OpenTelemetry's `gen_ai.provider.name`. */
  readonly provider: string
  /** The config to start with. */
  readonly config: Config
  /** Config members that are JSON and may be shown. */
  readonly keys: readonly Exclude<keyof Config, PrivateKey>[]
  /** Members that are secrets, functions or clients: changed like the others, but never part of `model.config`. */
  readonly privateKeys?: readonly PrivateKey[]
  /** @throws AgentError `invalid-config`; called for every config before it takes effect. */
  checkConfig?(config: Config): void
  /** The provider: a function of request and config to events. An async generator is the usual form. */
  stream(request: ModelRequest, call: StreamCall<Config>): AsyncIterable<ModelEvent>
  countTokens?(request: ModelRequest, call: StreamCall<Config>): Promise<number>
  capabilities?(config: Config): Capabilities
}

export interface StreamCall<Config> {
  /** As it stood when the call began; frozen. */
  readonly config: Readonly<Config>
  /** Never missing; not aborted by anybody if the caller gave none. */
  readonly signal: AbortSignal
}

type Patch<Config> = { readonly [Key in keyof Config]?: Config[Key] | undefined }

/** A model whose config is typed and can be changed and derived from. */
export interface ConfigurableModel<Config extends BaseConfig, PrivateKey extends keyof Config = never> extends Model {
  readonly config: JsonObject & Readonly<Omit<Config, PrivateKey>>
  /**
   * Changes the live config from the next call on, for everybody who holds this model; a call under way keeps what it
   * began with. `undefined` takes a member away.
   * @throws AgentError `invalid-config` for keys that do not exist; nothing has changed then.
   */
  updateConfig(patch: Patch<Config>): void
  /** A model of its own that starts from this one's config of now; neither follows the other afterwards. */
  with(patch: Patch<Config>): ConfigurableModel<Config, PrivateKey>
}

/** Gives a provider its config cell: `config`, `updateConfig`, `with`, and per-call patches laid over the live config. */
export function defineModel<Config extends BaseConfig, PrivateKey extends keyof Config = never>(
  definition: ModelDefinition<Config, PrivateKey>,
): ConfigurableModel<Config, PrivateKey> {
  const { provider, keys, privateKeys = [] } = definition
  const known = new Set<PropertyKey>([...keys, ...privateKeys])

  const patched = (base: Partial<Config>, patch: object): Readonly<Config> => {
    const config: Record<string, unknown> = { ...base }
    for (const [key, value] of Object.entries(patch)) {
      if (!known.has(key)) throw unknownKey(provider, key, known)
      if (value === undefined) delete config[key]
      else config[key] = value
    }
    if (typeof config.modelId !== 'string' || config.modelId === '') {
      throw new AgentError('invalid-config', `The config of a ${provider} model needs a modelId.`)
    }
    const whole = Object.freeze(config as unknown as Config)
    definition.checkConfig?.(whole)
    return whole
  }

  let live = patched({}, definition.config)
  const callOf = (options: StreamOptions | undefined): StreamCall<Config> => ({
    config: options?.config ? patched(live, options.config) : live,
    signal: options?.signal ?? new AbortController().signal,
  })

  const model = {
    specVersion: 1 as const,
    provider,
    get modelId() {
      return live.modelId
    },
    get config() {
      const shown = keys.filter((key) => live[key] !== undefined).map((key) => [key, live[key]])
      return Object.freeze(Object.fromEntries(shown))
    },
    stream: (request: ModelRequest, options?: StreamOptions) => definition.stream(request, callOf(options)),
    updateConfig(patch: Patch<Config>) {
      live = patched(live, patch)
    },
    with: (patch: Patch<Config>) => defineModel({ ...definition, config: patched(live, patch) }),
  }
  const { countTokens, capabilities } = definition
  return Object.assign(model, {
    ...(countTokens && {
      countTokens: (request: ModelRequest, options?: StreamOptions) => countTokens(request, callOf(options)),
    }),
    ...(capabilities && { capabilities: (options?: StreamOptions) => capabilities(callOf(options).config) }),
  }) as unknown as ConfigurableModel<Config, PrivateKey>
}

function unknownKey(provider: string, key: string, known: ReadonlySet<PropertyKey>): AgentError {
  return new AgentError('invalid-config', `A ${provider} model has no config member "${key}".`, {
    hint: `Known members: ${[...known].map(String).join(', ')}.`,
  })
}
