import type { Answer } from './answer.js'
import type { GuardedRequest, JudgedOutput } from './guard-request.js'
import { toGuardrailTrace } from './guard-request.js'
import type { Verdict } from './judge-texts.js'
import { judgeTexts } from './judge-texts.js'
import { blockedMessage, toAssessment } from './to-assessment.js'
import { cut as cutIntoDeltas } from './to-stream-events.js'
import type { WireBlock } from './wire.js'

/**
 * Applies the guardrail of a request to the model's answer. Only text is looked at, never reasoning or tool calls.
 *
 * Converse is judged as a whole. A stream is judged chunk by chunk: in `sync` mode a chunk goes out, as one delta, when
 * it has passed; in `async` mode it is already out by then, as it came, and nothing can be anonymized. What is blocked is
 * followed by the blocked message and by nothing else.
 * @throws Error when a pattern of the guardrail takes too long.
 */
export function guardAnswer(answer: Answer, guarded: GuardedRequest): Answer {
  const streamed = guarded.request.operation === 'ConverseStream'
  const { blocks, judged } = streamed ? judgeStream(answer, guarded) : judgeWhole(answer.content, guarded)
  const blocked = judged.some(({ action }) => action === 'blocked')
  const intervened = blocked || judged.some(({ action }) => action === 'masked')
  const trace = toGuardrailTrace(guarded, judged, intervened ? answer.content.map(textOf).join('') : undefined)
  return {
    ...answer,
    content: blocks.map(({ block, pieces }) => (pieces ? withText(block, pieces.join('')) : block)),
    pieces: blocks.map(({ pieces }) => pieces),
    stopReason: intervened ? 'guardrail_intervened' : answer.stopReason,
    trace: trace ? { ...trace, ...answer.trace } : answer.trace,
  }
}

/** A block on its way out. */
interface GuardedBlock {
  readonly block: WireBlock
  /** Its text, delta by delta; missing when it has none, or goes out as it came. */
  readonly pieces?: readonly string[]
}

interface Guarded {
  readonly blocks: readonly GuardedBlock[]
  readonly judged: readonly JudgedOutput[]
}

function judgeWhole(content: readonly WireBlock[], guarded: GuardedRequest): Guarded {
  const spoken = content.filter((block) => textOf(block) !== '')
  if (spoken.length === 0) return { blocks: content.map((block) => ({ block })), judged: [] }
  const { verdict, judged } = judgeOutput(spoken.map(textOf), guarded)
  if (verdict.action === 'blocked') {
    return { blocks: [{ block: { text: blockedMessage(guarded.guardrail, 'output') } }], judged: [judged] }
  }
  let next = 0
  const blocks = content.map(
    (block): GuardedBlock => (spoken.includes(block) ? { block, pieces: [verdict.texts[next++] ?? ''] } : { block }),
  )
  return { blocks, judged: [judged] }
}

function judgeStream({ content, deltaLength }: Answer, guarded: GuardedRequest): Guarded {
  const { guardrail, grounding } = guarded
  // Grounding is a matter of the whole text.
  const length = grounding && guardrail.grounding ? Number.POSITIVE_INFINITY : (guardrail.chunkCharacters ?? 200)
  const blocks: GuardedBlock[] = []
  const judged: JudgedOutput[] = []
  for (const block of content) {
    const text = textOf(block)
    const passed: string[] = []
    for (const chunk of cutIntoChunks(text, length)) {
      const one = judgeOutput([chunk], guarded)
      judged.push(one.judged)
      if (one.verdict.action === 'blocked') {
        const early = guarded.async ? cutIntoDeltas([...passed, chunk].join(''), deltaLength) : passed
        blocks.push({ block: { text }, pieces: [...early, blockedMessage(guardrail, 'output')] })
        return { blocks, judged }
      }
      passed.push(one.verdict.texts[0] ?? '')
    }
    blocks.push(text === '' || guarded.async ? { block } : { block, pieces: passed })
  }
  return { blocks, judged }
}

function judgeOutput(
  texts: readonly string[],
  { guardrail, grounding, trace, async }: GuardedRequest,
): { readonly verdict: Verdict; readonly judged: JudgedOutput } {
  const started = performance.now()
  const found = judgeTexts(guardrail, 'output', texts, grounding)
  const verdict = async ? withoutMasking(found, texts) : found
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  const compared = grounding && guardrail.grounding ? [grounding.source, grounding.query, ...texts] : []
  const assessment = toAssessment(guardrail, verdict, {
    full: trace === 'enabled_full',
    coverage: { textCharacters: { guarded: characters, total: characters } },
    latencyMs: performance.now() - started,
    groundingCharacters: compared.reduce((sum, text) => sum + text.length, 0),
  })
  return { verdict, judged: { action: verdict.action, assessment } }
}

/** The service anonymizes nothing in `async` mode; what was found is still reported. */
function withoutMasking(verdict: Verdict, texts: readonly string[]): Verdict {
  const left = <Entry extends { readonly action: string }>(entry: Entry) =>
    entry.action === 'ANONYMIZED' ? { ...entry, action: 'NONE' as const } : entry
  return {
    ...verdict,
    action: verdict.action === 'masked' ? 'none' : verdict.action,
    texts,
    piiEntities: verdict.piiEntities.map(left),
    regexes: verdict.regexes.map(left),
  }
}

/** Up to `length` characters each, ending after a sentence or at least a word where there is one. */
function cutIntoChunks(text: string, length: number): readonly string[] {
  const chunks: string[] = []
  let rest = text
  while (rest.length > length) {
    const window = wholeCharacters(rest, Math.max(1, length))
    const ends = ['. ', '? ', '! ', '\n'].map((end) =>
      window.includes(end) ? window.lastIndexOf(end) + end.length : 0,
    )
    const cut = Math.max(...ends) || window.lastIndexOf(' ') + 1 || window.length
    chunks.push(rest.slice(0, cut))
    rest = rest.slice(cut)
  }
  return rest === '' ? chunks : [...chunks, rest]
}

/** The first `length` units of a text, without half of a surrogate pair at the end. */
function wholeCharacters(text: string, length: number): string {
  const splits = /[\uD800-\uDBFF]/.test(text.charAt(length - 1))
  return text.slice(0, splits ? Math.max(2, length - 1) : length)
}

function textOf({ text, citationsContent }: WireBlock): string {
  return text ?? citationsContent?.content?.map((item) => item.text).join('') ?? ''
}

function withText(block: WireBlock, text: string): WireBlock {
  return block.citationsContent ? { citationsContent: { ...block.citationsContent, content: [{ text }] } } : { text }
}
