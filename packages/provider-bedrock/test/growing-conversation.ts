import type { AssistantPart, Message, ToolPart, UserPart } from '@x/types'
import fc from 'fast-check'

/** The requests of a conversation, one after another: each goes on from the one before, or from some way back in it. */
export function growingConversation(modelId: string): fc.Arbitrary<readonly (readonly Message[])[]> {
  const step = fc.record({
    added: fc.oneof(
      { weight: 8, arbitrary: exchange(modelId) },
      { weight: 1, arbitrary: message(modelId).map((one) => [one]) },
    ),
    goesBack: fc.oneof(
      { weight: 12, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) },
    ),
  })
  return fc.array(step, { minLength: 3, maxLength: 14 }).map((steps) => {
    let messages: readonly Message[] = []
    return steps.map(({ added, goesBack }) => {
      messages = [...messages.slice(0, Math.max(0, messages.length - goesBack)), ...added]
      return messages
    })
  })
}

const text = fc.constantFrom('Hello', 'So?', '.', ' ').map((value) => ({ type: 'text', text: value }) as const)
const point = fc.constant({ type: 'cache-point' } as const)
const document = fc
  .constantFrom('report', 'other')
  .map((name) => ({ type: 'document', name, format: 'txt', source: { type: 'text', text: 'a' } }) as const)
const id = fc.constantFrom('a', 'b', 'c', 'd e')
const call = id.map((of) => ({ type: 'tool-call', id: of, name: 'look', input: {} }) as const)
const result = fc
  .record({ id, content: fc.array(fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: document })) })
  .map((members) => ({ type: 'tool-result', ...members }) as const)
const unreadable = fc.constant({ type: 'nothing' } as unknown as UserPart)

const userParts: fc.Arbitrary<UserPart> = fc.oneof(
  { weight: 20, arbitrary: text },
  { weight: 3, arbitrary: point },
  { weight: 2, arbitrary: document },
  { weight: 1, arbitrary: unreadable },
)
const assistantParts: fc.Arbitrary<AssistantPart> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 4, arbitrary: call },
  { weight: 1, arbitrary: point },
)
const toolParts: fc.Arbitrary<ToolPart> = fc.oneof({ weight: 6, arbitrary: result }, { weight: 1, arbitrary: point })

function message(modelId: string): fc.Arbitrary<Message> {
  const model = { provider: 'aws.bedrock', modelId }
  return fc.oneof(
    fc.array(userParts, { maxLength: 3 }).map((content): Message => ({ role: 'user', content })),
    fc.array(assistantParts, { maxLength: 3 }).map((content): Message => ({ role: 'assistant', content, model })),
    fc.array(toolParts, { maxLength: 3 }).map((content): Message => ({ role: 'tool', content })),
  )
}

/** As a loop makes it, and now and then with something lost, or something put between. */
function exchange(modelId: string): fc.Arbitrary<readonly Message[]> {
  const content = [{ type: 'text', text: 'Well.' }] as const
  const whole = fc.constantFrom('a', 'b', 'c').map((of): readonly Message[] => [
    { role: 'assistant', content: [...content, { type: 'tool-call', id: of, name: 'look', input: {} }] },
    { role: 'tool', content: [{ type: 'tool-result', id: of, content }] },
  ])
  const said = fc.constant<readonly Message[]>([
    { role: 'assistant', content },
    { role: 'user', content: [{ type: 'text', text: 'Go on.' }] },
  ])
  const broken = fc.tuple(whole, message(modelId)).map(([[asked, answered], other]): readonly Message[] => {
    return [asked, other, answered].filter((one) => one !== undefined)
  })
  const cut = whole.map(([asked]): readonly Message[] => (asked ? [asked] : []))
  // Other objects each time, as in life: identity stands for one message of one conversation.
  return fc
    .oneof(
      { weight: 6, arbitrary: whole },
      { weight: 3, arbitrary: said },
      { weight: 1, arbitrary: broken },
      { weight: 1, arbitrary: cut },
    )
    .map((messages) => structuredClone(messages) as readonly Message[])
}
