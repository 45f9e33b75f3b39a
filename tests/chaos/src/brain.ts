import type { ConverseBody, LocalRequest, Reply, ReplyParts, WireBlock } from '@x/bedrock-local'
import type { Lots } from './lots.js'
import { lots } from './lots.js'

type ReplyFault = NonNullable<ReplyParts['fault']>

/**
 * What the model says, by lots that depend on the seed and on what it is asked, and not on the order in which requests
 * that run side by side come in. What it is asked to try is tried: `probe` is answered plainly.
 */
export class Brain {
  readonly #seed: number
  readonly #asked = new Map<string, number>()

  constructor(seed: number) {
    this.#seed = seed
  }

  reply({ body }: LocalRequest): Reply {
    const last = JSON.stringify(body.messages?.at(-1))
    if (last.includes(probeText)) return 'fine'
    const question = `${body.messages?.length} ${last}`
    const times = (this.#asked.get(question) ?? 0) + 1
    this.#asked.set(question, times)
    const draw = lots(this.#seed, times, question)
    const fault = draw.chance(0.25) ? faultOf(draw) : undefined
    return {
      ...answerOf(body, draw, this.#seed % 2 === 0),
      ...(draw.chance(0.05) && { delayMs: 1 }),
      ...(fault && { fault }),
    }
  }
}

export const probeText = 'Is this history in order?'

/** No more turns with tools than these after a question, so that runs come to an end. */
const maxToolTurns = 3

function answerOf(body: ConverseBody, draw: Lots, repeatsIds: boolean): ReplyParts {
  const tools = body.toolConfig?.tools?.flatMap(({ toolSpec }) => toolSpec?.name ?? []) ?? []
  const messages = body.messages ?? []
  const from = messages.findLastIndex(({ content }) => content.some(({ text }) => text !== undefined && !isNote(text)))
  const toolTurns = messages.slice(from).filter(({ role }) => role === 'assistant').length
  const kind = draw.next()
  const [first, ...others] = tools
  if (first !== undefined && toolTurns < maxToolTurns && kind < 0.65) {
    const calls = Array.from({ length: draw.between(1, 3) }, (_, index) => {
      // Some models give the same ids turn after turn.
      const id = repeatsIds ? `call-${index}` : `call-${draw.between(0, 1e9)}-${index}`
      return callOf(draw.pick([first, ...others]), id, draw)
    })
    return { content: draw.chance(0.3) ? [{ text: 'Let me see.' }, ...calls] : calls }
  }
  const text = 'word '.repeat(draw.between(1, draw.chance(0.2) ? 300 : 20)).trim()
  if (kind < 0.7) return { content: [{ text }], stopReason: 'max_tokens' }
  if (kind < 0.72) return { content: [] }
  return { content: [{ text }] }
}

/** Of a layer, and no question of a person. */
function isNote(text: string): boolean {
  return text.startsWith('(')
}

function callOf(name: string, toolUseId: string, draw: Lots): WireBlock {
  if (draw.chance(0.04)) return { toolUse: { toolUseId, name, inputText: '{"prompt": "cut off' } }
  return { toolUse: { toolUseId, name, input: { prompt: `number ${draw.between(1, 1000)}` } } }
}

function faultOf(draw: Lots): ReplyFault {
  const afterFrames = draw.between(0, 6)
  const refused = (status: number, error: string): ReplyFault => ({ type: 'http', status, error, message: 'By lot.' })
  return draw.pick<ReplyFault>([
    refused(429, 'ThrottlingException'),
    refused(503, 'ServiceUnavailableException'),
    refused(500, 'InternalServerException'),
    { type: 'exception', error: 'ThrottlingException', message: 'By lot.', afterFrames },
    { type: 'exception', error: 'ModelStreamErrorException', message: 'By lot.', afterFrames },
    { type: 'error-frame', error: 'InternalFailure', message: 'By lot.', afterFrames },
    { type: 'cut', afterFrames },
    { type: 'reset', afterFrames },
    { type: 'end', afterFrames },
    { type: 'corrupt', afterFrames },
    { type: 'goaway', afterFrames, finish: draw.chance(0.5) },
    { type: 'drip', bytesPerSecond: 200_000, afterFrames },
    draw.chance(0.1) ? { type: 'stall', afterFrames } : { type: 'end', afterFrames },
  ])
}
