import type { BedrockModel } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'
import type { AssistantPart, Citation, Usage } from '@x/types'

/** What a recorded answer means, in the words of the recordings. */
export interface ExpectedAnswer {
  readonly parts: readonly AssistantPart[]
  readonly text: string
  readonly stopReason?: string
  readonly stopReasonAlso?: readonly string[]
  readonly providerStopReason?: string
  readonly usage?: Usage
  readonly latencyMs?: number
  readonly hasTrace?: boolean
  readonly performanceConfig?: unknown
  readonly serviceTier?: unknown
  readonly additionalModelResponseFields?: unknown
  readonly complete?: boolean
  readonly counts: Readonly<Record<string, number>>
}

export const eventStream = { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'req-1' }
export const json = { 'content-type': 'application/json', 'x-amzn-requestid': 'req-1' }

/** One attempt, dummy keys; `modelId` never matters to the raw endpoint. */
export function modelAt(endpoint: string, modelId = 'anthropic.claude-3-haiku-20240307-v1:0'): BedrockModel {
  const region = 'us-east-1'
  return bedrock(modelId, { region, endpoint, credentials, clientConfig: { maxAttempts: 1 } })
}

export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** Ours, in the words of the recordings: the provider's name, and citations as they stand on the wire. */
export function inTheirWords(parts: readonly AssistantPart[]): unknown[] {
  return parts.map((part) => {
    if (part.type === 'provider') return { ...part, provider: 'bedrock' }
    return part.type === 'text' && part.citations ? { ...part, citations: part.citations.map(toWire) } : part
  })
}

function toWire({ title, citedText, location }: Citation): unknown {
  const { type, ...place } = location ?? { type: 'none' }
  const name = type === 'document-char' ? 'documentChar' : type
  return { title, sourceContent: citedText?.map((text) => ({ text })), location: { [name]: place } }
}
