import type {
  BedrockRuntimeClientConfig,
  ConverseCommandInput,
  ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime'
import type { Sdk } from './client.js'
import { EventBatches } from './event-batches.js'
import { toWireBody } from './to-wire-body.js'
import { parseWire } from './wire-json.js'

/** The client's `protocol` option. */
export type Protocol = NonNullable<BedrockRuntimeClientConfig['protocol']>

/**
 * The SDK's own protocol with two things done here: the body of `Converse` and `ConverseStream`, and what they answer
 * with. Path, headers, error replies and all other operations stay the SDK's.
 *
 * `undefined` when the SDK's protocol is not the one this was written for: the client then keeps its own.
 */
export function wireProtocol(sdk: Sdk): Protocol | undefined {
  const { protocol } = new sdk.BedrockRuntimeClient({ region: 'us-east-1' }).config
  const probe = protocol as unknown as Partial<SdkProtocol> | undefined
  const isKnown =
    probe?.getShapeId?.() === 'aws.protocols#restJson1' &&
    typeof probe.serializeRequest === 'function' &&
    typeof probe.deserializeResponse === 'function'
  return isKnown ? (extend(sdk, probe.constructor as SdkProtocolClass) as unknown as Protocol) : undefined
}

/** What is relied on of the SDK's protocol. */
interface SdkProtocol {
  getShapeId(): string
  serializeRequest(operation: Operation, input: object, context: object): Promise<WireRequest>
  deserializeResponse(operation: Operation, context: object, response: WireResponse): Promise<object>
  deserializeMetadata?(response: WireResponse): object
}

type SdkProtocolClass = new (settings: object) => SdkProtocol

interface Operation {
  readonly name?: string
}

interface WireRequest {
  body?: unknown
}

interface WireResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

function extend(sdk: Sdk, Base: SdkProtocolClass): SdkProtocolClass {
  return class extends Base {
    override async serializeRequest(operation: Operation, input: object, context: object): Promise<WireRequest> {
      if (!isConverse(operation)) return super.serializeRequest(operation, input, context)
      const { modelId } = input as ConverseCommandInput
      const request = await super.serializeRequest(operation, { modelId }, context)
      // The model id stands in the path, so nothing of it is in the body; if this ever changes, the SDK does it all.
      if (request.body !== '{}') return super.serializeRequest(operation, input, context)
      request.body = toWireBody(input as ConverseCommandInput)
      return request
    }

    override async deserializeResponse(operation: Operation, context: object, response: WireResponse): Promise<object> {
      const { statusCode, headers, body } = response
      if (!isConverse(operation) || statusCode >= 300 || !isChunks(body)) {
        return super.deserializeResponse(operation, context, response)
      }
      const $metadata = this.deserializeMetadata?.(response) ?? {
        httpStatusCode: statusCode,
        requestId: headers['x-amzn-requestid'],
      }
      if (operation.name === 'ConverseStream') return { stream: await EventBatches.open(sdk, body), $metadata }
      return { ...(parseWire(await textOf(body)) as Partial<ConverseCommandOutput>), $metadata }
    }
  }
}

function isConverse({ name }: Operation): boolean {
  return name === 'Converse' || name === 'ConverseStream'
}

function isChunks(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
