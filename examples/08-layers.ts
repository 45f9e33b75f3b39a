import { Agent, hooks } from '@x/agent'
import type { Middleware } from '@x/types'

// A layer goes round a step: it can skip `next`, call it again, change its argument or change its result.
const timing: Middleware = {
  name: 'timing',
  async *model(call, next) {
    const started = performance.now()
    const result = yield* next(call)
    const ms = performance.now() - started
    console.log('model call', result.stopReason, ms > 0)
    return result
  },
}

// Changes what the model sees in this call, not the conversation.
const politely: Middleware = {
  name: 'politely',
  model: (call, next) =>
    next({ ...call, request: { ...call.request, system: [{ type: 'text', text: 'Be polite.' }] } }),
}

// For those who need less there are hooks.
const counting = hooks({
  beforeTurn: ({ turn }) => console.log('turn', turn),
  afterRun: ({ usage }) => console.log('counted', usage.totalTokens > 0),
})

const agent = new Agent({ use: [timing, politely, counting] })
await agent.run('Say hello to Ann.')

/* prints
turn 1
model call end true
counted true
*/
