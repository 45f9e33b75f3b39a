import type { BedrockClient, BedrockClientConfig } from '@aws-sdk/client-bedrock'
import { AgentError } from '@x/types'
import type { BedrockConfig } from './config.js'
import { fromError } from './from-error.js'
import { baseModelId } from './models.js'
import { untilAborted } from './until-aborted.js'

/** What an inference profile holds. */
export interface ResolvedProfile {
  /** The model's own id, as `family` takes it: `anthropic.claude-sonnet-4-6`. */
  readonly modelId: string
  /** One for each region that the profile routes to. */
  readonly modelArns: readonly string[]
}

export interface ResolveProfileOptions
  extends Pick<BedrockConfig, 'credentials' | 'profile' | 'apiKey' | 'client' | 'clientConfig'> {
  /** URL in place of `https://bedrock.<region of the ARN>.amazonaws.com`. */
  readonly endpoint?: string
  /** Ends the waiting, not a request that others wait for too. */
  readonly signal?: AbortSignal
}

/**
 * Asks the control plane which model an application inference profile holds: one request for each ARN and endpoint, as
 * a profile keeps its model for life. A failure is not remembered. Needs the package `@aws-sdk/client-bedrock` and the
 * action `bedrock:GetInferenceProfile`.
 * @throws AgentError `unsupported` when `arn` is none of an inference profile, or the package is missing; else as a call
 * of the model does.
 */
export async function resolveProfile(arn: string, options: ResolveProfileOptions = {}): Promise<ResolvedProfile> {
  const [, region] = profileArn.exec(arn) ?? []
  if (region === undefined) {
    throw new AgentError('unsupported', `${arn} is not the ARN of an inference profile.`, {
      hint: 'State what it holds as `family`: a model id or a family.',
    })
  }
  const key = `${options.endpoint ?? ''} ${arn}`
  const known = profiles.get(key)
  if (known !== undefined) return waitFor(known, options.signal)
  const asked = ask(arn, region, options)
  profiles.set(key, asked)
  asked.catch(() => profiles.delete(key))
  const [oldest] = profiles.keys()
  if (profiles.size > maxProfiles && oldest !== undefined) profiles.delete(oldest)
  return waitFor(asked, options.signal)
}

/** Whether an id is the ARN of a profile that does not tell its model. */
function isOpaqueProfile(modelId: string): boolean {
  return profileArn.test(modelId)
}

const profileArn = /^arn:aws[a-z-]*:bedrock:([a-z0-9-]+):\d*:application-inference-profile\/[^/]+$/
const maxProfiles = 1000
const profiles = new Map<string, Promise<ResolvedProfile>>()
const timeoutMs = 15_000

async function ask(arn: string, region: string, options: ResolveProfileOptions): Promise<ResolvedProfile> {
  const sdk = await loadControlPlane()
  const client = new sdk.BedrockClient(clientOptions(region, options))
  const modelArns = await getModelArns(sdk, client, arn).catch((error: unknown) => {
    throw fromError(error, { operation: 'GetInferenceProfile', modelId: arn, region })
  })
  const [first] = modelArns
  if (first !== undefined) return { modelId: baseModelId(first), modelArns }
  throw new AgentError('invalid-model', `The inference profile ${arn} names no model.`, {
    hint: 'State what it holds as `family`.',
  })
}

async function getModelArns(sdk: ControlPlane, client: BedrockClient, arn: string): Promise<readonly string[]> {
  const command = new sdk.GetInferenceProfileCommand({ inferenceProfileIdentifier: arn })
  const { models = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
  return models.flatMap(({ modelArn }) => modelArn ?? [])
}

type ControlPlane = typeof import('@aws-sdk/client-bedrock')

async function loadControlPlane(): Promise<ControlPlane> {
  try {
    return await import('@aws-sdk/client-bedrock')
  } catch (cause) {
    throw new AgentError('unsupported', 'Resolving profiles needs the package @aws-sdk/client-bedrock.', {
      hint: 'Install it (npm install @aws-sdk/client-bedrock), or state `family` instead.',
      cause,
    })
  }
}

/** The same identity as the calls of the model; the profile's own region. */
function clientOptions(region: string, options: ResolveProfileOptions): BedrockClientConfig {
  const { endpoint, profile, apiKey, client, clientConfig } = options
  const credentials = options.credentials ?? client?.config.credentials ?? clientConfig?.credentials
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && { credentials }),
    ...(apiKey !== undefined && { token: { token: apiKey }, authSchemePreference: ['httpBearerAuth'] }),
    ...((options.credentials ?? profile) !== undefined && { authSchemePreference: ['sigv4'] }),
  }
}

async function waitFor<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return work
  return untilAborted(signal, work).catch((error: unknown) => {
    if (!signal.aborted) throw error
    throw new AgentError('aborted', 'The call was aborted while its profile was resolved.', { cause: error })
  })
}

/**
 * The config with `family` filled in for a profile that does not tell its model, if the config asks for that.
 * @throws AgentError as {@link resolveProfile} does.
 */
export async function withResolvedFamily(
  config: BedrockConfig,
  signals: readonly AbortSignal[],
): Promise<BedrockConfig> {
  const { modelId, family, resolveProfiles } = config
  if (!resolveProfiles || family !== undefined || !isOpaqueProfile(modelId)) return config
  const { endpoint: _ofRuntime, ...identity } = config
  const endpoint = typeof resolveProfiles === 'object' ? resolveProfiles.endpoint : undefined
  const signal = AbortSignal.any([...signals])
  const resolved = await resolveProfile(modelId, { ...identity, ...(endpoint !== undefined && { endpoint }), signal })
  if (resolvedFamilies.size >= maxProfiles) resolvedFamilies.clear()
  resolvedFamilies.set(modelId, resolved.modelId)
  return { ...config, family: resolved.modelId }
}

/** What an ARN was last resolved to, for those who cannot wait. */
export function resolvedFamily(modelId: string): string | undefined {
  return resolvedFamilies.get(modelId)
}

const resolvedFamilies = new Map<string, string>()
