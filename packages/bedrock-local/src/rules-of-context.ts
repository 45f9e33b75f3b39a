import { charactersIn, tokensIn } from './estimate-usage.js'
import { byteLengthOf, mediaOf } from './media-of.js'
import { placesOf } from './places.js'
import type { Quirks } from './quirks.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { vendorSays } from './vendor-says.js'
import type { ConverseBody } from './wire.js'

/** Whether the prompt fits the model's context, by an estimate: four characters a token. */
export const contextRules: readonly Rule[] = [promptFits, outputFits]

/** All texts are quoted in public issues. */
function promptFits({ quirks, body }: CheckedRequest): Refusal | undefined {
  const limit = contextOf(quirks, body)
  const tokens = limit === undefined ? 0 : promptTokens(body)
  if (limit === undefined || tokens <= limit) return undefined
  switch (quirks.overflow) {
    case 'claude':
      return vendorSays(`prompt is too long: ${tokens} tokens > ${limit} maximum`)
    case 'nova': {
      const exceeded = 'Input Tokens Exceeded: Number of input tokens exceeds maximum length.'
      return { ...vendorSays(`${exceeded} Please update the input to try again.`), inStream: true }
    }
    case 'maximum-context': {
      const maximum = `This model's maximum context length is ${limit} tokens.`
      return { ...vendorSays(`${maximum} Please reduce the length of the prompt`), inStream: true }
    }
    default:
      return invalid('Input is too long for requested model.')
  }
}

/** Quoted in public issues. */
function outputFits({ quirks, body }: CheckedRequest): Refusal | undefined {
  const { maxTokens } = body.inferenceConfig ?? {}
  const limit = contextOf(quirks, body)
  if (!quirks.reservesOutput || limit === undefined || typeof maxTokens !== 'number') return undefined
  const tokens = promptTokens(body)
  if (tokens + maxTokens <= limit) return undefined
  const sum = `${tokens} + ${maxTokens} > ${limit}`
  return vendorSays(
    `input length and \`max_tokens\` exceed context limit: ${sum}, decrease input length or \`max_tokens\` and try again`,
  )
}

/** A beta of Claude Sonnet 4 and 4.5 has a window of its own. */
function contextOf({ contextTokens }: Quirks, body: ConverseBody): number | undefined {
  const betas = body.additionalModelRequestFields?.anthropic_beta
  const isLong = Array.isArray(betas) && betas.includes('context-1m-2025-08-07')
  return isLong && contextTokens !== undefined ? Math.max(contextTokens, 1_000_000) : contextTokens
}

/** About what one image costs. */
const tokensPerImage = 1500

/** Media count by what a model makes of them, not by the length of their base64. */
function promptTokens(body: ConverseBody): number {
  const texts = { messages: body.messages, system: body.system, toolConfig: body.toolConfig }
  const media = placesOf(body).flatMap(({ block }) => mediaOf(block) ?? [])
  const base64 = media.reduce((sum, { bytes = '' }) => sum + bytes.length, 0)
  const images = media.filter(({ kind }) => kind === 'image').length
  const plain = media.filter(
    ({ kind, format = '' }) => kind === 'document' && ['txt', 'md', 'csv', 'html'].includes(format),
  )
  const documents = plain.reduce((sum, { bytes = '' }) => sum + byteLengthOf(bytes), 0)
  return tokensIn(Math.max(0, charactersIn(texts) - base64) + documents) + images * tokensPerImage
}
