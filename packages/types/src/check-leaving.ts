import { ask, askInVain, expect, expectCode, pause, promptly, soon, textOf } from './check-call.js'
import { isAgentError } from './error.js'
import { foldEvents } from './fold-events.js'
import type { ModelEvent } from './model.js'
import type { CheckContext, ModelCheck, Scenario } from './model-check.js'
import { describeError } from './model-check.js'

/** Aborting a call, and leaving it. */
export const leavingChecks: readonly ModelCheck[] = [
  {
    name: 'refuses to start when already aborted',
    async run({ model, textRequest, service }) {
      const before = service.received?.()
      const { error, events } = await askInVain({ model, request: textRequest }, { signal: AbortSignal.abort() })
      expect(error.code === 'aborted', `it failed with ${error.code} instead of aborted`)
      expect(events.length === 0, `a ${events[0]?.type} came although it was aborted before`)
      await pause(20)
      expect(service.received?.() === before, 'a request was sent although it was aborted before')
    },
  },
  {
    name: 'stops when aborted on the way',
    async run({ model, textRequest, promptMs }) {
      const controller = new AbortController()
      const events = model.stream(textRequest, { signal: controller.signal })[Symbol.asyncIterator]()
      const first = await events.next()
      expect(!first.done, 'there was no event')
      controller.abort()
      await expectCode('aborted', async () => {
        const { value } = await promptly(promptMs, 'stopping', events.next())
        expect(value === undefined, `a ${value?.type} came after the abort`)
      })
    },
  },
  {
    name: 'stops when aborted while it waits',
    needs: 'stalled',
    async run(context) {
      const { service, promptMs, controller, seen, pending } = await waitInStall(context)
      controller.abort()
      const failure = await promptly(promptMs, 'stopping', pending)
      expect(
        isAgentError(failure, 'aborted'),
        `it went on with ${describeError(failure)} instead of AgentError aborted`,
      )
      const partial = textOf(failure.partial?.message)
      expect(partial.startsWith(textSoFar(seen)), `what had arrived is lost: partial holds "${partial}"`)
      await released(service, promptMs)
    },
  },
  {
    name: 'takes no notice of an abort after the end',
    async run({ model, textRequest, promptMs }) {
      const controller = new AbortController()
      const events = model.stream(textRequest, { signal: controller.signal })[Symbol.asyncIterator]()
      let next = await events.next()
      while (!next.done && next.value.type !== 'model-end') next = await events.next()
      controller.abort()
      next = await promptly(promptMs, 'the end', events.next())
      expect(next.done === true, 'an event came after model-end')
      await ask(model, textRequest)
    },
  },
  {
    name: 'can be left early and asked again',
    async run({ model, textRequest, service, promptMs }) {
      const events = model.stream(textRequest)[Symbol.asyncIterator]()
      await events.next()
      await promptly(promptMs, 'leaving', Promise.resolve(events.return?.()))
      const { done } = await promptly(promptMs, 'the pull after leaving', events.next())
      expect(done === true, 'an event came after it was left')
      await released(service, promptMs)
      await ask(model, textRequest)
    },
  },
  {
    name: 'can be left while it waits',
    needs: 'stalled',
    async run(context) {
      const { service, promptMs, iterator, pending } = await waitInStall(context)
      await promptly(promptMs, 'leaving while a pull waits', Promise.resolve(iterator.return?.()))
      await promptly(promptMs, 'the pull that waited', pending)
      await released(service, promptMs)
    },
  },
]

/** Reads the stalled answer as far as it goes, with one pull left waiting; `pending` never rejects. */
async function waitInStall(context: CheckContext) {
  const { promptMs } = context
  const { model, request, service } = context.needed('stalled')
  const controller = new AbortController()
  const iterator = model.stream(request, { signal: controller.signal })[Symbol.asyncIterator]()
  const seen: ModelEvent[] = []
  let pending: Promise<unknown>
  for (;;) {
    const next = iterator.next()
    pending = next.catch((error: unknown) => error)
    // A pull that is not answered in this time is the stall.
    const waited = pause(Math.min(1000, promptMs / 4))
    const event = await Promise.race([next, waited.then(() => undefined)])
    if (event === undefined) break
    expect(!event.done && event.value.type !== 'model-end', 'the scenario does not stall: the answer ended')
    seen.push(event.value)
  }
  return { service, promptMs, seen, pending, iterator, controller }
}

async function released({ answering }: Scenario['service'], promptMs: number): Promise<void> {
  if (!answering) return
  await soon(promptMs, 'the service is still answering: the connection was not released', () => answering() === 0)
}

function textSoFar(events: readonly ModelEvent[]): string {
  const fold = foldEvents({ provider: 'any', modelId: 'any' })
  for (const event of events) fold.push(event)
  return textOf(fold.partial())
}
