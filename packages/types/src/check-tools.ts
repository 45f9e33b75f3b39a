import { ask, askOrRefused, callsOf, expect, followedBy, isRefusal, resultsFor, textOf } from './check-call.js'
import type { AssistantMessage, ToolCallPart } from './message.js'
import type { ModelRequest } from './model.js'
import type { ModelCheck } from './model-check.js'
import { echoRequest, NotApplicable } from './model-check.js'

/** Tool calls and their results. */
export const toolChecks: readonly ModelCheck[] = [
  {
    name: 'calls a tool and goes on from its result',
    async run({ model, toolRequest, capabilities }) {
      if (!toolRequest) {
        const outcome = await askOrRefused(model, echoRequest)
        if ('refusal' in outcome) return expect(isRefusal(outcome.refusal), `it failed with ${outcome.refusal.code}`)
        expect(capabilities.tools !== false, 'it declares tools: false and answers a request with tools all the same')
        return expect(callsOf(outcome.result.message).length === 0, 'it is said to have no tools, and calls one')
      }
      const { result } = await ask(model, toolRequest)
      const calls = callsOf(result.message)
      expect(calls.length > 0, 'the answer holds no tool call')
      expect(result.stopReason === 'tool-use', `the stop reason is ${result.stopReason}, not tool-use`)
      expectCalls(calls, toolRequest)
      for (const call of calls) expectArguments(call)
      await ask(model, followedBy(toolRequest, result.message, resultsFor(result.message)))
    },
  },
  {
    name: 'takes results that failed, and results in JSON',
    async run({ model, toolRequest }) {
      if (!toolRequest) throw new NotApplicable('the model has no tools')
      const { message } = (await ask(model, toolRequest)).result
      const failed = resultsFor(message, [{ type: 'text', text: 'The line is busy.' }], true)
      await ask(model, followedBy(toolRequest, message, failed))
      const value = { text: 'ping', tags: ['a', null, 1.5], nested: { empty: {} } }
      await ask(model, followedBy(toolRequest, message, resultsFor(message, [{ type: 'json', value }])))
    },
  },
  {
    name: 'answers without a call although it could',
    needs: 'no-call',
    async run(context) {
      const { model, request } = context.needed('no-call')
      const { message, stopReason } = (await ask(model, request)).result
      expect(callsOf(message).length === 0, 'the answer holds a tool call')
      expect(textOf(message) !== '', 'the answer holds no text')
      expect(stopReason === 'end', `the stop reason is ${stopReason}, not end`)
    },
  },
  {
    name: 'makes many calls in one answer and takes all their results',
    needs: 'many-calls',
    async run(context) {
      const { model, request } = context.needed('many-calls')
      const { message, stopReason } = (await ask(model, request)).result
      const calls = callsOf(message)
      expect(calls.length > 1, `the answer holds ${calls.length} tool calls`)
      expect(stopReason === 'tool-use', `the stop reason is ${stopReason}, not tool-use`)
      expectCalls(calls, request)
      for (const call of calls) expectArguments(call)
      await ask(model, followedBy(request, message, resultsFor(message)))
    },
  },
  {
    name: 'reads no arguments as an empty object',
    needs: 'no-arguments',
    async run(context) {
      const { model, request } = context.needed('no-arguments')
      const { message } = (await ask(model, request)).result
      const call = onlyCall(message)
      expect(call.malformedInput === undefined, `no arguments count as malformed: "${call.malformedInput}"`)
      expect(JSON.stringify(call.input) === '{}', `no arguments are read as ${JSON.stringify(call.input)}`)
      await ask(model, followedBy(request, message, resultsFor(message)))
    },
  },
  {
    name: 'keeps malformed arguments as they came, never as whole',
    needs: 'malformed-call',
    async run(context) {
      const { model, request } = context.needed('malformed-call')
      const { message } = (await ask(model, request)).result
      const { input, malformedInput } = onlyCall(message)
      expect(malformedInput !== undefined, `arguments that are not JSON are read as ${JSON.stringify(input)}`)
      expect(!isJson(malformedInput), `malformedInput is JSON: ${malformedInput}`)
      expect(JSON.stringify(input) === '{}', `the input beside malformedInput is ${JSON.stringify(input)}, not {}`)
      const told = resultsFor(message, [{ type: 'text', text: 'The arguments are not JSON.' }], true)
      await ask(model, followedBy(request, message, told))
    },
  },
  {
    name: 'takes a call that was cut at the limit for cut',
    needs: 'cut-call',
    async run(context) {
      const { model, request } = context.needed('cut-call')
      const { events } = await ask(model, request)
      const end = events.at(-1)
      const reason = end?.type === 'model-end' ? end.stopReason : 'missing'
      expect(reason === 'length', `the stop reason is ${reason}, not length`)
    },
  },
]

function expectCalls(calls: readonly ToolCallPart[], { tools = [] }: ModelRequest): void {
  expect(new Set(calls.map(({ id }) => id)).size === calls.length, 'two calls of one message share an id')
  const names = tools.flatMap((tool) => ('name' in tool ? [tool.name] : []))
  for (const { id, name } of calls) {
    expect(id !== '', `the call of ${name} has no id`)
    expect(names.includes(name), `the call ${id} names "${name}", which was not offered`)
  }
}

function expectArguments({ name, input, malformedInput }: ToolCallPart): void {
  expect(malformedInput === undefined, `the arguments of ${name} are not JSON: ${malformedInput}`)
  expect(typeof input === 'object' && input !== null, `the arguments of ${name} are not an object`)
}

function onlyCall(message: AssistantMessage): ToolCallPart {
  const [call] = callsOf(message)
  if (!call) throw new Error('the answer holds no tool call')
  return call
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
