import type { AnsweringModel } from './model-reply.js'
import { modelReply } from './model-reply.js'
import type { RawSource } from './raw-answer.js'
import type { RecordOptions } from './record-upstream.js'
import { recordUpstream } from './record-upstream.js'
import type { ReplayOptions } from './replay-cassette.js'
import { replayCassette } from './replay-cassette.js'
import type { Reply, ReplyFunction } from './reply.js'
import { standIn } from './stand-in.js'

/** Who answers. One of them at most; without any, the stand-in. */
export interface ReplySources {
  /**
   * Replies in the order of the requests that pass the service's rules (a retry takes the next one), or a function of
   * the request: `rules([...])`, one of your own. Default: {@link standIn}.
   */
  readonly reply?: readonly Reply[] | ReplyFunction
  /** A model of any provider answers, streaming as its own events come; or a function that says which one. */
  readonly model?: AnsweringModel
  /** Another endpoint answers, as a rule Bedrock itself, and all is written to a cassette. */
  readonly record?: RecordOptions
  /** A cassette answers: its file, or more about it. */
  readonly replay?: ReplayOptions | string
}

/** @throws Error when there is more than one source, naming them. */
export function chooseReply(sources: ReplySources): ReplyFunction {
  const { reply, model, record, replay } = sources
  const given = Object.entries({ reply, model, record, replay }).flatMap(([name, value]) => (value ? [name] : []))
  if (given.length > 1) {
    throw new Error(`startBedrockLocal takes one of ${given.join(' and ')}, as each of them says who answers.`)
  }
  if (model) return modelReply(model)
  if (typeof reply === 'function') return reply
  return reply ? oneByOne(reply) : standIn
}

/**
 * Who answers in bytes, if anybody does: then rules, guardrails and replies are left out, as the service has judged.
 * @throws Error when a cassette cannot be read or written, or there is nothing to sign with.
 */
export async function chooseRawSource({ record, replay }: ReplySources): Promise<RawSource | undefined> {
  if (record) return recordUpstream(record)
  return replay === undefined ? undefined : replayCassette(replay)
}

function oneByOne(replies: readonly Reply[]): ReplyFunction {
  let asked = 0
  return () => {
    const reply = replies[asked++]
    if (reply === undefined) throw new Error(`its list holds ${replies.length}, and this is request ${asked}.`)
    return reply
  }
}
