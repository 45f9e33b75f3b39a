import { callIdsOf, placesOf, turnsOf } from './places.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { extraneousKey, vendorSays } from './vendor-says.js'
import type { WireBlock } from './wire.js'

/** Tools as they are called and answered in the conversation. */
export const toolBlockRules: readonly Rule[] = [
  toolConfigPresent,
  callInput,
  idsUnique,
  blocksOnTheirSide,
  callsAnswered,
  errorResultSaysSomething,
  resultStatus,
  videoResults,
  resultsAlone,
  resultsFirst,
]

function toolConfigPresent({ body }: CheckedRequest): Refusal | undefined {
  const hasToolBlocks = placesOf(body).some(({ block }) => block.toolUse || block.toolResult)
  if (!hasToolBlocks || body.toolConfig) return undefined
  return invalid('The toolConfig field must be defined when using toolUse and toolResult content blocks.')
}

/** The first is quoted in public issues, the second has the form of the one for schemas. */
function callInput({ body }: CheckedRequest): Refusal | undefined {
  for (const { block, path } of placesOf(body)) {
    if (!block.toolUse) continue
    const input: unknown = block.toolUse.input ?? undefined
    if (input === undefined) return invalid(`The value at ${path}.toolUse.input is empty.`)
    if (typeof input !== 'object' || Array.isArray(input)) {
      const rule = `The format of the value at ${path}.toolUse.input is invalid.`
      return invalid(`${rule} Provide a json object for the field and try again.`)
    }
  }
  return undefined
}

/** Within one turn; ids of earlier turns may come again. Quoted in public issues. */
function idsUnique({ body }: CheckedRequest): Refusal | undefined {
  for (const { blocks, messageIndex } of turnsOf(body)) {
    for (const kind of ['toolUse', 'toolResult'] as const) {
      const ids = blocks.flatMap((block) => block[kind]?.toolUseId ?? [])
      const double = ids.filter((id, index) => ids.indexOf(id) < index)
      if (double.length === 0) continue
      const names = [...new Set(double)].join(', ')
      return invalid(`The ${kind} blocks at messages.${messageIndex}.content contain duplicate Ids: ${names}`)
    }
  }
  return undefined
}

/** Documented; the text is ours. Results of server tools stand beside their calls. */
function blocksOnTheirSide({ body }: CheckedRequest): Refusal | undefined {
  for (const { block, role, path } of placesOf(body)) {
    if (role === 'user' && block.toolUse) return sideRefusal(path, 'toolUse', 'assistant')
    if (role === 'assistant' && block.toolResult && !block.toolResult.type)
      return sideRefusal(path, 'toolResult', 'user')
  }
  return undefined
}

function sideRefusal(path: string, kind: string, role: string): Refusal {
  return invalid(`The ${kind} block at ${path} can only be included in messages with the ${role} role.`)
}

/** Every call of an assistant turn is answered in the very next turn, and nothing else is. */
function callsAnswered({ body }: CheckedRequest): Refusal | undefined {
  const turns = turnsOf(body)
  for (const [index, turn] of turns.entries()) {
    if (turn.role !== 'user') continue
    const calls = callIdsOf(turns[index - 1]?.blocks ?? [])
    const results = turn.blocks.flatMap((block) => block.toolResult?.toolUseId ?? [])
    const missing = calls.filter((id) => !results.includes(id))
    if (missing.length > 0) return unanswered(turn.messageIndex, missing)
    if (results.length > calls.length) {
      const path = `messages.${turn.messageIndex}.content`
      return invalid(
        `The number of toolResult blocks at ${path} exceeds the number of toolUse blocks of previous turn.`,
      )
    }
  }
  const open = callIdsOf(turns.at(-1)?.blocks ?? [])
  return open.length > 0 ? unanswered(body.messages?.length ?? 0, open) : undefined
}

function unanswered(messageIndex: number, ids: readonly string[]): Refusal {
  return invalid(
    `Expected toolResult blocks at messages.${messageIndex}.content for the following Ids: ${ids.join(', ')}`,
  )
}

function errorResultSaysSomething({ body }: CheckedRequest): Refusal | undefined {
  const empty = placesOf(body).find(
    ({ block: { toolResult } }) => toolResult?.status === 'error' && !toolResult.content?.length,
  )
  return empty
    ? invalid(`The content field at ${empty.path}.toolResult cannot be empty when status value is error.`)
    : undefined
}

function resultStatus({ quirks, body }: CheckedRequest): Refusal | undefined {
  const isRefused = quirks.refusesResultStatus && placesOf(body).some(({ block }) => block.toolResult?.status)
  return isRefused ? invalid("This model doesn't support the status field. Remove status and try again.") : undefined
}

/** Recorded. */
function videoResults({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (!quirks.refusesVideoResults) return undefined
  const video = placesOf(body).find(({ block, inResult }) => inResult && block.video)
  return video && extraneousKey(`/messages/${video.messageIndex}/content/${video.blockIndex}`, 'toolResult')
}

/** Quoted in public issues, of Llama and Mistral Large; that of single kinds has the same form. */
function resultsAlone({ quirks, body }: CheckedRequest): Refusal | undefined {
  const { wantsResultsAlone, refusedBesideResults = [] } = quirks
  for (const { role, messageIndex, blocks } of turnsOf(body)) {
    if (role !== 'user' || !blocks.some(isResult)) continue
    const kind = refusedBesideResults.find((name) => blocks.some((block) => block[name]))
    const what = wantsResultsAlone && !blocks.every(isResult) ? 'Conversation' : kind
    if (what === undefined) continue
    const rule = `${what} blocks and tool result blocks cannot be provided in the same turn.`
    return invalid(`messages.${messageIndex}.content: ${rule}`)
  }
  return undefined
}

/** Anthropic documents that results lead; the text is quoted in public issues. */
function resultsFirst({ quirks, body }: CheckedRequest): Refusal | undefined {
  if (quirks.dialect !== 'anthropic') return undefined
  const turns = turnsOf(body)
  for (const [index, { role, blocks }] of turns.entries()) {
    const firstOther = blocks.findIndex((block) => !isResult(block) && !block.cachePoint)
    const late = blocks.find((block, at) => at > firstOther && isResult(block))?.toolResult
    if (role !== 'user' || firstOther < 0 || !late) continue
    return vendorSays(
      `messages.${turns[index - 1]?.messageIndex ?? 0}: \`tool_use\` ids were found without \`tool_result\` blocks ` +
        `immediately after: ${late.toolUseId}. Each \`tool_use\` block must have a corresponding \`tool_result\` block ` +
        'in the next message.',
    )
  }
  return undefined
}

function isResult(block: WireBlock): boolean {
  return Boolean(block.toolResult)
}
