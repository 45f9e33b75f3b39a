import type { Part, ToolCallPart, ToolResultPart } from '@x/types'
import type { Finding } from './finding.js'
import { finding } from './finding.js'
import type { RequestEdits } from './request-edits.js'
import type { Turn } from './turn.js'

interface Placed<Kind extends Part> {
  readonly turn: number
  /** Of the message, in the list that the turns were made of. */
  readonly position: number
  readonly place: number
  readonly path: string
  readonly part: Kind
}

export interface CheckedCalls {
  /** In groups: ids that repeat; calls without their result; results without their call. */
  readonly findings: readonly (readonly Finding[])[]
  /** Ids of calls without a result anywhere. */
  readonly unanswered: ReadonlySet<string>
  /** Ids of results that do not stand in the turn after their call. */
  readonly stray: readonly string[]
}

/**
 * Calls and their results: every call of a turn is answered in the next one, and nothing else is. Results that stand too
 * late are moved, missing ones become errors that the model reads, and those that answer nothing are left out. `isLast`:
 * these are the last turns of the conversation.
 */
export function checkCalls(turns: readonly Turn[], edits: RequestEdits, isLast: boolean): CheckedCalls {
  const renamed: Finding[] = []
  const placed = turns.map(placedOf)
  const stray: Placed<ToolResultPart>[] = []
  const open: { call: Placed<ToolCallPart>; id: string }[] = []
  for (const [at, { results }] of placed.entries()) {
    const waiting = distinct(placed[at - 1]?.calls ?? [], edits, renamed)
    for (const result of results) {
      const place = waiting.findIndex(({ call }) => call.part.id === result.part.id)
      const [answered] = place < 0 ? [] : waiting.splice(place, 1)
      if (!answered) stray.push(result)
      else if (answered.id !== result.part.id) rename(result, answered.id, edits)
    }
    open.push(...waiting)
  }
  open.push(...distinct(placed.at(-1)?.calls ?? [], edits, renamed))
  const strayIds = stray.map(({ part }) => part.id)
  const answered = answer(turns, open, stray, edits)
  const gap = isLast ? closeGap(turns, answered.moved, edits) : []
  return {
    findings: [renamed, [...answered.findings, ...gap], leaveOut(turns, stray, edits, isLast)],
    unanswered: answered.unanswered,
    stray: strayIds,
  }
}

function placedOf({ entries }: Turn, turn: number) {
  const parts = entries.flatMap(({ index, position, message }) =>
    (message.content as readonly Part[]).map((part, place) => ({
      ...{ turn, position, place, part },
      path: `messages.${index}.content.${place}`,
    })),
  )
  const isCall = (one: Placed<Part>): one is Placed<ToolCallPart> => one.part.type === 'tool-call'
  const isResult = (one: Placed<Part>): one is Placed<ToolResultPart> => one.part.type === 'tool-result'
  return { calls: parts.filter(isCall), results: parts.filter(isResult) }
}

/** The calls of a turn with the ids they are sent under: those that repeat get one of their own. */
function distinct(calls: readonly Placed<ToolCallPart>[], edits: RequestEdits, findings: Finding[]) {
  const ids = new Set<string>()
  return calls.map((call) => {
    let id = call.part.id
    for (let count = 2; ids.has(id); count++) id = `${call.part.id.slice(0, 60)}-${count}`
    ids.add(id)
    if (id !== call.part.id) {
      const message = `The call id "${call.part.id}" stands in its turn before.`
      findings.push(finding('repaired', 'duplicate-call-id', call.path, message, `sent as ${id}, in its result too`))
      rename(call, id, edits)
    }
    return { call, id }
  })
}

function rename(
  { position, place, part }: Placed<ToolCallPart | ToolResultPart>,
  id: string,
  edits: RequestEdits,
): void {
  edits.replacePart(position, place, { ...part, id }, `id ${id}`)
}

/** One message behind the last one of the turn that called; what stands there already stays. */
function answer(
  turns: readonly Turn[],
  open: readonly { call: Placed<ToolCallPart>; id: string }[],
  stray: Placed<ToolResultPart>[],
  edits: RequestEdits,
) {
  const findings: Finding[] = []
  const unanswered = new Set<string>()
  const moved: Placed<ToolResultPart>[] = []
  for (const turn of new Set(open.map(({ call }) => call.turn))) {
    const content: ToolResultPart[] = []
    let movedFrom = ''
    for (const { call, id } of open.filter((one) => one.call.turn === turn)) {
      const late = stray.findIndex((result) => result.turn > turn && result.part.id === call.part.id)
      const [result] = late < 0 ? [] : stray.splice(late, 1)
      if (result) {
        edits.replacePart(result.position, result.place, undefined, 'moved')
        moved.push(result)
        content.push({ ...result.part, id })
        movedFrom += ` from ${result.path}`
        const message = `The result of ${call.part.name} does not stand in the turn after its call.`
        findings.push(finding('repaired', 'result-place', result.path, message, 'moved there'))
      } else {
        unanswered.add(call.part.id)
        content.push({ type: 'tool-result', id, isError: true, content: [{ type: 'text', text: noResult }] })
        const message = `The call of ${call.part.name} is not answered.`
        findings.push(finding('repaired', 'unanswered-call', call.path, message, 'answered by an error result'))
      }
    }
    const last = turns[turn]?.entries.at(-1)?.position ?? 0
    edits.insertResults(last, content, content.map(({ id }) => id).join() + movedFrom)
  }
  return { findings, unanswered, moved }
}

const noResult = 'There is no result: the call was not finished.'

/** A turn that would be empty is left out with its results, but not the last one: the assistant would have the last word. */
function leaveOut(
  turns: readonly Turn[],
  stray: readonly Placed<ToolResultPart>[],
  edits: RequestEdits,
  isLast: boolean,
): Finding[] {
  return stray.map(({ turn, position, place, path, part }) => {
    const message = `The result answers no call "${part.id.slice(0, 64)}" of the turn before.`
    const isEnd = isLast && turn === turns.length - 1
    if (isEnd && holdsOnly(turns[turn], (other) => stray.some((one) => one.part === other))) {
      return finding('error', 'orphan-result', path, message)
    }
    edits.replacePart(position, place, undefined, 'none')
    return finding('repaired', 'orphan-result', path, message, 'left out')
  })
}

/**
 * When the results of the last turn have moved to where they belong, the assistant has the last word. A mere separator,
 * as `toMessages` writes it for families that want results alone, goes with them; anything else is the caller's to sort.
 */
function closeGap(turns: readonly Turn[], moved: readonly Placed<ToolResultPart>[], edits: RequestEdits): Finding[] {
  if (!moved.length || !holdsOnly(turns.at(-1), (part) => moved.some((one) => one.part === part))) return []
  const [first] = moved.filter(({ turn }) => turn === turns.length - 1)
  const before = turns.at(-2)
  if (holdsOnly(before, (part) => part.type === 'text' && part.text.trim() === '.')) {
    for (const { position } of before?.entries ?? []) edits.dropMessage(position)
    return []
  }
  const message = 'The result belongs before the last word of the assistant, which nothing would follow then.'
  return [finding('error', 'result-place', first?.path ?? 'messages', message)]
}

function holdsOnly(turn: Turn | undefined, isOne: (part: Part) => boolean): boolean {
  const parts = turn?.entries.flatMap(({ message }) => message.content as readonly Part[]) ?? []
  return parts.every((part) => isOne(part) || part.type === 'cache-point')
}
