import type { Answers, JsonValue, Message, Part, PendingCall, ToolCall, ToolMessage, ToolResultPart } from '@x/types'
import { AgentError } from '@x/types'
import { answerId } from './message-ids.js'
import { isSignedCall } from './sign-call.js'
import type { FromUIOptions, UIInput } from './ui-from-messages.js'
import type { OpenCall } from './ui-from-tool-part.js'
import { pendingOf, tokenOf } from './ui-tool-parts.js'

/**
 * Decides over the calls without a result: those of the last message that wait rightfully go on, all others are closed
 * with an error, as a run would otherwise take them for its own and run them.
 */
export async function settleCalls(
  messages: readonly Message[],
  open: readonly OpenCall[],
  options: FromUIOptions,
): Promise<Omit<UIInput, 'prompt'>> {
  const { pending, answers } = options.pending
    ? { pending: options.pending, answers: answersTo(options.pending, open) }
    : await signedCalls(open, options)
  const waiting = new Set(pending.map(({ callId }) => callId))
  const last = lastAnswer(messages)
  // With a message of the user behind it, the person has passed the calls over.
  const isPassed = messages.slice(last + 1).some(({ role }) => role === 'user')
  const closed = messages.flatMap((message, index) => {
    const mayWait = index === last && !isPassed
    return close(message, messages[index + 1], mayWait ? waiting : new Set())
  })
  const used = pending.filter(({ callId }) => isOpenIn(closed, callId))
  if (used.length === 0) return { messages: closed, ...(options.pending && hasAnswers(answers) && { answers }) }
  return {
    messages: closed.map((message, index) => (index === lastAnswer(closed) ? withInputs(message, used) : message)),
    pending: used,
    ...(hasAnswers(answers) && { answers }),
  }
}

/**
 * Answers in the shape that `resume` wants: those for sub-agents one level down.
 * @throws AgentError `not-approved` for one with another token than the call's
 */
function answersTo(pending: readonly PendingCall[], open: readonly OpenCall[], above: readonly string[] = []): Answers {
  const answers: Record<string, JsonValue> = {}
  for (const { callId, state } of pending) {
    const path = [...above, callId]
    const inner = pendingOf(state)
    if (inner.length > 0) {
      const below = answersTo(inner, open, path)
      if (hasAnswers(below)) answers[callId] = below
      continue
    }
    const call = open.find((candidate) => candidate.path.join('\n') === path.join('\n'))
    const answer = call && answerOf(call)
    if (!answer) continue
    const token = tokenOf(state)
    if (token !== undefined && token !== call.approval?.token) throw unproved(call.part.name)
    answers[callId] = answer
  }
  return answers
}

/** @throws AgentError `not-approved` for an answer that nothing vouches for */
async function signedCalls(open: readonly OpenCall[], { secret }: FromUIOptions) {
  const pending: PendingCall[] = []
  const answers: Record<string, JsonValue> = {}
  for (const call of open) {
    const { approval, part } = call
    if (!approval) continue
    const isSigned = secret !== undefined && call.path.length === 1 && (await isSignedBy(secret, call))
    const answer = answerOf(call)
    if (!isSigned && answer) throw unproved(part.name)
    if (!isSigned) continue
    const { id: callId, name, input } = part
    pending.push({ callId, name, input, reason: 'approval', state: { token: approval.token ?? '' } })
    if (answer) answers[callId] = answer
  }
  return { pending, answers }
}

function isSignedBy(secret: string, { part, messageId, approval }: OpenCall): Promise<boolean> {
  const call = { run: { id: '' }, key: `/${messageId}/${part.id}`, call: part } as unknown as ToolCall
  return isSignedCall(secret, call, approval?.token)
}

function answerOf({ approval }: OpenCall): JsonValue | undefined {
  if (approval?.approved === undefined) return undefined
  const { approved, token, reason } = approval
  if (approved) return { approved, ...(token !== undefined && { token }) }
  return { approved, ...(reason !== undefined && { reason }) }
}

/** The message, and behind it the results of its calls: the given ones, and errors for those that do not wait. */
function close(message: Message, next: Message | undefined, waiting: ReadonlySet<string>): readonly Message[] {
  // A tool message is given out together with the message that it answers.
  if (message.role === 'tool') return []
  if (message.role === 'user') return [message]
  const results: readonly ToolResultPart[] =
    next?.role === 'tool' ? next.content.filter((part) => part.type === 'tool-result') : []
  const content = message.content.flatMap((part): ToolResultPart[] => {
    if (part.type !== 'tool-call') return []
    const result = results.find(({ id }) => id === part.id)
    if (result) return [result]
    if (waiting.has(part.id)) return []
    const text = { type: 'text', text: 'Not run: the conversation went on without an answer.' } as const
    return [{ type: 'tool-result', id: part.id, content: [text], isError: true }]
  })
  const answered: ToolMessage = { role: 'tool', id: answerId(message.id ?? ''), content }
  return content.length > 0 ? [message, answered] : [message]
}

function isOpenIn(messages: readonly Message[], callId: string): boolean {
  const last = lastAnswer(messages)
  const results = messages.slice(last + 1).flatMap(({ content }): readonly Part[] => content)
  const calls: readonly Part[] = messages[last]?.content ?? []
  const isCalled = calls.some((part) => part.type === 'tool-call' && part.id === callId)
  return isCalled && !results.some((part) => part.type === 'tool-result' && part.id === callId)
}

function lastAnswer(messages: readonly Message[]): number {
  return messages.findLastIndex(({ role }) => role === 'assistant')
}

/** What is run is what the server has on record, whatever input the browser shows. */
function withInputs(message: Message, pending: readonly PendingCall[]): Message {
  if (message.role !== 'assistant') return message
  const content = message.content.map((part) => {
    const call = part.type === 'tool-call' ? pending.find(({ callId }) => callId === part.id) : undefined
    return call && part.type === 'tool-call' ? { ...part, name: call.name, input: call.input } : part
  })
  return { ...message, content }
}

function hasAnswers(answers: Answers): boolean {
  return Object.keys(answers).length > 0
}

function unproved(name: string): AgentError {
  return new AgentError('not-approved', `Nothing vouches for the answer to the call of ${name}.`, {
    hint: 'Give `pending` from where the server keeps the conversation, or the `secret` of approval().',
  })
}
