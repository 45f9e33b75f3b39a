import { ask, expect, followedBy, textOf, throughJson, userMessage } from './check-call.js'
import { grammarFault } from './event-grammar.js'
import type { Message } from './message.js'
import type { ModelEvent, ModelRequest } from './model.js'
import type { ModelCheck } from './model-check.js'
import { echoRequest } from './model-check.js'

/** What becomes of a conversation on its way to the service. */
export const conversationChecks: readonly ModelCheck[] = [
  {
    name: 'sends the system prompt and the whole conversation',
    needs: 'recite',
    async run(context) {
      const { model, request } = context.needed('recite')
      const said = textOf((await ask(model, recital(request, Boolean(context.toolRequest)))).result.message)
      const words = marks.filter((mark) => context.toolRequest || !mark.startsWith('tool'))
      let place = 0
      for (const word of words) {
        const found = said.indexOf(word, place)
        expect(found >= 0, `"${word}" did not reach the service in its place, only: ${said}`)
        place = found
      }
    },
  },
  {
    name: 'goes on with a conversation that came through JSON',
    async run({ model, textRequest, toolRequest }) {
      const copy = throughJson(textRequest)
      const { result } = await ask(model, copy)
      const question = userMessage('Say it once more.')
      await ask(model, throughJson(followedBy(copy, { ...result.message, id: 'message-1' }, question)))
      if (!toolRequest) return
      const called = await ask(model, throughJson(toolRequest))
      await ask(model, throughJson(followedBy(toolRequest, ...answered(called.result.message))))
    },
  },
  {
    name: 'takes over a conversation from another provider',
    async run({ model, textRequest }) {
      const foreign: Message = {
        role: 'assistant',
        model: { provider: 'another-provider', modelId: 'another-model' },
        content: [
          { type: 'reasoning', text: 'They want a greeting.', signature: 'c2lnbmVk' },
          { type: 'provider', provider: 'another-provider', value: { search: { query: 'greetings' } } },
          { type: 'text', text: 'Good morning.' },
        ],
      }
      await ask(model, followedBy(textRequest, foreign, userMessage('Say it once more.')))
    },
  },
  {
    name: 'takes its own reasoning back',
    needs: 'reasoning',
    async run(context) {
      const { model, request } = context.needed('reasoning')
      const events: ModelEvent[] = []
      for await (const event of model.stream(request)) events.push(event)
      expect(grammarFault(events) === undefined, grammarFault(events) ?? '')
      const { result } = await ask(model, request)
      const thoughts = result.message.content.filter(({ type }) => type === 'reasoning')
      expect(thoughts.length > 0, 'the answer holds no reasoning part')
      expect(result.message.content[0]?.type === 'reasoning', 'the answer does not begin with its reasoning')
      const results = answered(result.message).slice(1)
      const history = throughJson(followedBy(request, result.message, ...results))
      await ask(model, results.length > 0 ? history : followedBy(history, userMessage('Go on.')))
    },
  },
]

/** The assistant's message, and the results of its calls if it made any. */
function answered(message: Extract<Message, { role: 'assistant' }>): readonly Message[] {
  const results = message.content.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ type: 'tool-result' as const, id: part.id, content: [{ type: 'text' as const, text: 'ping' }] }]
      : [],
  )
  return results.length > 0 ? [message, { role: 'tool', content: results }] : [message]
}

// In the order in which they stand in the request below.
const marks = ['system-one', 'system-two', 'user-one', 'user-two', 'answer-one', 'user-three', 'tool-one', 'tool-two']

function recital(request: ModelRequest, withTools: boolean): ModelRequest {
  const text = (mark: string) => ({ type: 'text' as const, text: `The mark ${mark}.` })
  const messages: Message[] = [
    { role: 'user', content: [text('user-one'), text('user-two')] },
    { role: 'assistant', content: [text('answer-one')] },
    { role: 'user', content: [text('user-three')] },
  ]
  const calls: Message[] = [
    {
      role: 'assistant',
      content: ['call-1', 'call-2'].map((id) => ({ type: 'tool-call', id, name: 'echo', input: { text: 'ping' } })),
    },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', id: 'call-1', content: [text('tool-one')] },
        { type: 'tool-result', id: 'call-2', content: [text('tool-two')] },
      ],
    },
  ]
  return {
    ...request,
    system: [text('system-one'), text('system-two')],
    messages: withTools ? [...messages, ...calls] : messages,
    ...(withTools && echoRequest.tools && { tools: echoRequest.tools }),
  }
}
