import { checkScript } from './check-script.js'
import { fillTemplate } from './fill-template.js'
import type { RequestFacts } from './match-request.js'
import { isWithin, matchRequest, readFacts } from './match-request.js'
import type { TextMatch } from './match-text.js'
import { parseFault } from './parse-fault.js'
import type { ReplyFunction, WholeReply } from './reply.js'
import type { ReplyRule, ReplyRulesOptions, ScriptBlock, ScriptReply } from './reply-rule.js'
import { standIn } from './stand-in.js'
import type { WireBlock } from './wire.js'

/**
 * Answers by rules: the first one that matches the request says what is answered.
 *
 *     startBedrockLocal({ reply: rules([{ when: { user: /weather in (\w+)/ }, reply: 'It is cold in {{1}}.' }]) })
 *
 * @throws Error that names the places where a rule is wrong.
 */
export function replyRules(rules: readonly ReplyRule[], options: ReplyRulesOptions = {}): ReplyFunction {
  const { otherwise = 'error' } = options
  checkScript({ rules, otherwise })
  const times = rules.map(() => 0)
  return (request) => {
    const facts = readFacts(request)
    const mismatches: string[] = []
    for (const [index, rule] of rules.entries()) {
      const title = titleOf(rule, index)
      const found = said(title, () => match(rule, facts, index, times))
      if (typeof found !== 'string') return said(title, () => answer(rule.reply, found, facts))
      mismatches.push(`${title}: ${found}`)
    }
    if (otherwise === 'stand-in') return standIn(request)
    throw new Error(whyNone(mismatches))
  }
}

function match({ when = {} }: ReplyRule, facts: RequestFacts, index: number, times: number[]): TextMatch | string {
  const found = matchRequest(when, facts)
  if (typeof found === 'string') return found
  const time = (times[index] ?? 0) + 1
  times[index] = time
  return when.time === undefined || isWithin(time, when.time) ? found : `it is time ${time} that it would match`
}

function answer(reply: ScriptReply, found: TextMatch, facts: RequestFacts): WholeReply {
  const filled = fillTemplate(reply, { match: found, facts })
  if (typeof filled === 'string') return filled
  const { content, fault, ...parts } = filled
  return { ...parts, ...(content && { content: content.map(toBlock) }), ...(fault && { fault: parseFault(fault) }) }
}

function toBlock(block: ScriptBlock): WireBlock {
  return 'text' in block ? { text: block.text.repeat(block.repeat ?? 1) } : (block as WireBlock)
}

function titleOf({ name }: ReplyRule, index: number): string {
  return name === undefined ? `rule ${index + 1}` : `rule ${index + 1} (${name})`
}

/** Runs a step of a rule, and says which rule it was when it fails. */
function said<Result>(title: string, step: () => Result): Result {
  try {
    return step()
  } catch (cause) {
    throw new Error(`${title}: ${(cause as Error).message}`, { cause })
  }
}

const maxMismatches = 20

function whyNone(mismatches: readonly string[]): string {
  if (mismatches.length === 0) return 'there are no rules.'
  const more = mismatches.length - maxMismatches
  return [
    mismatches.length === 1 ? 'the one rule does not match.' : `none of ${mismatches.length} rules matches.`,
    ...mismatches.slice(0, maxMismatches).map((line) => (line.length > 300 ? `${line.slice(0, 300)}...` : line)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n')
}
