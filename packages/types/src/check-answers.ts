import { ask, expect, same, textOf, throughJson } from './check-call.js'
import { grammarFault } from './event-grammar.js'
import { everyAnswer, everyQuestion } from './every-answer.js'
import { foldEvents, settleStopReason } from './fold-events.js'
import type { ModelEnd, ModelEvent, ModelResult } from './model.js'
import type { CheckContext, ModelCheck } from './model-check.js'
import type { ScenarioName } from './model-scenarios.js'

/** What an answer looks like: its events, their meaning, how it ends and what it cost. */
export const answerChecks: readonly ModelCheck[] = [
  {
    name: 'answers with text and says how it ended',
    async run({ model, textRequest }) {
      const { result, events } = await ask(model, textRequest)
      expect(textOf(result.message) !== '', 'the answer holds no text')
      const end = endOf(events)
      expect(end.stopReason === 'end', `the stop reason is ${end.stopReason}, not end`)
      expect(end.providerStopReason !== '', 'providerStopReason is empty')
    },
  },
  {
    name: 'keeps to the grammar of events',
    async run(context) {
      for await (const { what, events } of everyAnswer(context)) {
        const fault = grammarFault(events)
        expect(fault === undefined, `${what}: ${fault}`)
      }
    },
  },
  {
    name: 'sends no empty parts',
    async run(context) {
      for await (const { what, events } of everyAnswer(context)) {
        if (events.some(({ type }) => type === 'redaction')) continue
        const sent = events.filter(({ type }) => type === 'part' || type === 'part-end').length
        const kept = fold(events).message.content.length
        expect(sent === kept, `${what}: ${sent - kept} of ${sent} parts hold nothing`)
      }
    },
  },
  {
    name: 'sends each event as a value of its own',
    async run(context) {
      const copies: ModelEvent[] = []
      for await (const { what, events } of everyAnswer(context, (event) => copies.push(structuredClone(event)))) {
        const changed = events.findIndex((event, index) => !same(event, copies[index]))
        expect(changed < 0, `${what}: event ${changed} was changed after it had been sent`)
        expect(same(fold(events), fold(copies)), `${what}: the events mean something else when read later`)
        copies.length = 0
      }
    },
  },
  {
    name: 'sends events that survive JSON',
    async run(context) {
      for await (const { what, events } of everyAnswer(context)) {
        for (const event of events) {
          const text = JSON.stringify(event)
          expect(same(event, throughJson(event)), `${what}: ${event.type} changes when written as JSON: ${text}`)
        }
      }
    },
  },
  {
    name: 'counts tokens',
    async run(context) {
      for await (const { what, events } of everyAnswer(context)) {
        const { usage } = endOf(events)
        const { inputTokens, outputTokens, totalTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage
        for (const [key, count] of Object.entries({ ...usage, inputTokens, outputTokens, totalTokens })) {
          if (key === 'cacheDetails') continue
          expect(Number.isInteger(count) && Number(count) >= 0, `${what}: usage.${key} is ${count}`)
        }
        const sum = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens
        expect(totalTokens >= sum, `${what}: totalTokens is ${totalTokens}, less than the ${sum} it is made of`)
      }
    },
  },
  {
    name: 'decides the stop reason from what it wrote',
    async run(context) {
      for await (const { what, events } of everyAnswer(context)) {
        const { stopReason, providerStopReason } = endOf(events)
        const settled = settleStopReason(stopReason, fold(events).message.content)
        const said = `${what}: the stop reason is ${stopReason} (the provider's word: ${providerStopReason})`
        expect(stopReason === settled, `${said}; with these parts it is ${settled}`)
      }
    },
  },
  ending('stops at the limit of tokens', 'length', 'length'),
  ending('stops at a stop sequence', 'stop-sequence', 'stop-sequence'),
  ending('says that the answer was filtered', 'filtered', 'filtered', 'guardrail'),
  {
    name: 'leaves the request as it was',
    async run(context) {
      for (const { what, model, request } of everyQuestion(context)) {
        const copy = deepFreeze(structuredClone(request))
        await ask(model, copy)
        expect(same(copy, request), `${what} was changed`)
      }
    },
  },
]

function ending(name: string, needs: ScenarioName, ...reasons: readonly ModelResult['stopReason'][]): ModelCheck {
  const run = async (context: CheckContext) => {
    const { model, request } = context.needed(needs)
    const { stopReason } = endOf((await ask(model, request)).events)
    expect(reasons.includes(stopReason), `the stop reason is ${stopReason}, not ${reasons.join(' or ')}`)
  }
  return { name, needs, run }
}

function endOf(events: readonly ModelEvent[]): ModelEnd {
  const last = events.at(-1)
  expect(last?.type === 'model-end', `the last event is ${last?.type ?? 'missing'}, not model-end`)
  return last as ModelEnd
}

function fold(events: readonly ModelEvent[]): ModelResult {
  const folded = foldEvents({ provider: 'any', modelId: 'any' })
  for (const event of events) folded.push(event)
  return folded.result()
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member)
    Object.freeze(value)
  }
  return value
}
