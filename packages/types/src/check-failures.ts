import { askInVain, expect, saying, textOf } from './check-call.js'
import type { AgentError, ErrorCode } from './error.js'
import { isAgentError } from './error.js'
import { grammarFault } from './event-grammar.js'
import { foldEvents } from './fold-events.js'
import type { ModelEvent } from './model.js'
import type { CheckContext, ModelCheck, Scenario } from './model-check.js'
import type { ScenarioName } from './model-scenarios.js'

interface FailureRow {
  readonly name: string
  readonly needs: ScenarioName
  /** Any of these will do. */
  readonly codes: readonly ErrorCode[]
  readonly retryable: boolean
}

/** What the service or the network may say before there is an answer. */
const rows: readonly FailureRow[] = [
  { name: 'says that it was throttled', needs: 'throttled', codes: ['throttled'], retryable: true },
  { name: 'says that the service is down', needs: 'unavailable', codes: ['unavailable'], retryable: true },
  {
    name: 'says that it was not let in',
    needs: 'access-denied',
    codes: ['access-denied', 'credentials'],
    retryable: false,
  },
  { name: 'says that there is no such model', needs: 'no-such-model', codes: ['invalid-model'], retryable: false },
  {
    name: 'says that the request was refused',
    needs: 'bad-request',
    codes: ['invalid-request', 'invalid-messages', 'unsupported'],
    retryable: false,
  },
  {
    name: 'says that the conversation is too long',
    needs: 'context-overflow',
    codes: ['context-overflow'],
    retryable: false,
  },
  { name: 'says that nobody is there', needs: 'unreachable', codes: ['network', 'timeout'], retryable: true },
]

/** Failures: their codes, what is kept of the answer, and that nothing cut or garbled passes for whole. */
export const failureChecks: readonly ModelCheck[] = [
  ...rows.map(({ name, needs, codes, retryable }) => ({
    ...{ name, needs },
    async run(context: CheckContext) {
      const { error, events } = await askInVain(context.needed(needs))
      expect(
        events.every(({ type }) => type === 'warning'),
        `a ${events[0]?.type} came before the failure`,
      )
      expectError(error, codes, retryable)
    },
  })),
  {
    name: 'says that it failed midway, and keeps what had arrived',
    needs: 'fails-midway',
    async run(context) {
      const { error, events } = await askInVain(context.needed('fails-midway'))
      expect(error.code !== 'aborted', 'it failed with aborted, and nobody aborted it')
      expectError(error, [error.code], error.retryable)
      expectPartial(error, events)
    },
  },
  {
    name: 'never takes a truncated answer for whole',
    needs: 'truncated',
    async run(context) {
      for (let round = 0; round < 8; round++) await expectTruncated(context.needed('truncated'))
    },
  },
  {
    name: 'never takes garbage for an answer',
    needs: 'broken',
    async run(context) {
      const { error, events } = await askInVain(context.needed('broken'))
      const codes = ['stream-truncated', 'invalid-stream', 'network', 'unavailable', 'internal', 'model-failed']
      expectError(error, codes, error.retryable)
      expectPartial(error, events)
    },
  },
  {
    name: 'shows none of its secrets',
    needs: 'secrets',
    async run(context) {
      const { model, textRequest, secrets } = context
      const shown: [string, unknown][] = [['the model as JSON', JSON.stringify(model)]]
      for (const needs of failing) {
        const scenario = context.scenario(needs)
        if (scenario) shown.push([`the error of ${needs}`, await failureOf(scenario)])
      }
      const patched = { noSuchMember: 1, apiKey: { wrong: secrets[0] ?? '' } }
      shown.push(['the error of a wrong config', await failureOf({ model, request: textRequest }, patched)])
      const echo = context.scenario('echo')
      if (echo) shown.push(['the events', await failureOf({ ...echo, request: saying(echo.request, 'hello') })])
      for (const [what, value] of shown) {
        const text = textIn(value)
        expect(!secrets.some((secret) => text.includes(secret)), `${what} shows a secret`)
      }
    },
  },
]

const failing: readonly ScenarioName[] = [...rows.map(({ needs }) => needs), 'fails-midway', 'truncated', 'broken']

function expectError(error: AgentError, codes: readonly ErrorCode[], retryable: boolean): void {
  const { code, message, retryAfterMs } = error
  expect(codes.includes(code), `the code is ${code}, not ${codes.join(' or ')} (${message})`)
  expect(error.retryable === retryable, `retryable is ${error.retryable}`)
  expect(message.trim() !== '', 'the error says nothing')
  expect(
    retryAfterMs === undefined || (Number.isFinite(retryAfterMs) && retryAfterMs >= 0),
    `retryAfterMs is ${retryAfterMs}`,
  )
}

async function expectTruncated(scenario: Scenario): Promise<void> {
  const { error, events } = await askInVain(scenario)
  expectError(error, ['stream-truncated', 'network'], true)
  const fault = grammarFault(events, { cut: true })
  expect(fault === undefined, fault ?? '')
  expectPartial(error, events)
}

/** At least what was given out must be kept; more may have arrived. */
function expectPartial({ partial }: AgentError, events: readonly ModelEvent[]): void {
  const fold = foldEvents({ provider: 'any', modelId: 'any' })
  for (const event of events) fold.push(event)
  const seen = fold.partial()
  const kept = textOf(partial?.message)
  expect(kept.startsWith(textOf(seen)), `what had arrived is lost: partial holds "${kept}"`)
  const [count, keptCount] = [seen?.content.length ?? 0, partial?.message?.content.length ?? 0]
  expect(keptCount >= count, `partial holds ${keptCount} of ${count} parts`)
}

async function failureOf(
  { model, request }: Pick<Scenario, 'model' | 'request'>,
  config?: { readonly [key: string]: unknown },
): Promise<unknown> {
  const events: ModelEvent[] = []
  try {
    for await (const event of model.stream(request, config && { config: config as never })) events.push(event)
    return events
  } catch (error) {
    return error
  }
}

/** All that a log would show of it: the causes' messages too, as loggers print them. */
function textIn(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value) ?? ''
  const { message, stack, cause } = value
  const members = isAgentError(value) ? JSON.stringify(value) : ''
  return [message, stack, members, cause instanceof Error ? textIn(cause) : ''].join('\n')
}
