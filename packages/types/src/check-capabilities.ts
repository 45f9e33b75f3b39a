import type { Answer } from './check-call.js'
import {
  ask,
  askOrRefused,
  callsOf,
  expect,
  followedBy,
  isRefusal,
  same,
  saying,
  textOf,
  throughJson,
  userMessage,
} from './check-call.js'
import type { AgentError } from './error.js'
import { mediaSamples } from './media-samples.js'
import type { ToolResultContent, UserPart } from './message.js'
import type { Capabilities, ModelRequest, ToolChoice } from './model.js'
import type { CheckContext, ModelCheck } from './model-check.js'
import { describeError, echoRequest, NotApplicable } from './model-check.js'

/** What a model says it can do, and whether it does that and clearly refuses the rest. */
export const capabilityChecks: readonly ModelCheck[] = [
  {
    name: 'declares what it can do, as JSON and without contradiction',
    async run({ model }) {
      if (!model.capabilities) throw new NotApplicable('the model does not say what it can do')
      const declared = model.capabilities()
      expect(same(throughJson(declared), declared), 'capabilities() does not survive JSON')
      for (const [claim, holds] of contradictions(declared, model.countTokens !== undefined)) {
        expect(!holds, `it declares ${claim}`)
      }
      if (model.config) model.capabilities({ config: { modelId: model.modelId } })
      expect(same(model.capabilities(), declared), 'capabilities() answers differently when asked again')
    },
  },
  {
    name: 'takes a system prompt or refuses it clearly',
    async run({ model, textRequest }) {
      const system = [{ type: 'text', text: 'Be brief.' }] as const
      await expectTakenOrRefused('a system prompt', undefined, model, { ...textRequest, system })
    },
  },
  {
    name: 'takes media or refuses them clearly',
    async run(context) {
      const { model, textRequest, capabilities } = context
      for (const part of mediaSamples) {
        const text: UserPart = { type: 'text', text: 'What is this?' }
        const request = { ...textRequest, messages: [{ role: 'user' as const, content: [part, text] }] }
        const taken = declaredKind(capabilities.media?.user, part)
        await expectTakenOrRefused(`${part.type} of a user`, taken, model, request)
        if (!context.toolRequest || part.type === 'audio') continue
        const declared = declaredKind(capabilities.media?.toolResult, part)
        await expectTakenOrRefused(
          `${part.type} in a tool result`,
          declared,
          model,
          resultOf(context.toolRequest, part),
        )
      }
    },
  },
  {
    name: 'takes cache points or says that it does not',
    async run({ model, textRequest, toolRequest, capabilities }) {
      const point = { type: 'cache-point' } as const
      const text: UserPart = { type: 'text', text: 'Say hello.' }
      const requests = {
        system: { ...textRequest, system: [{ type: 'text', text: 'Be brief.' }, point] },
        messages: { ...textRequest, messages: [{ role: 'user', content: [text, point, text] }] },
        ...(toolRequest && { tools: { ...toolRequest, tools: [...(toolRequest.tools ?? []), point] } }),
      } as const satisfies { [place: string]: ModelRequest }
      for (const place of ['system', 'messages', 'tools'] as const) {
        const request = requests[place]
        if (!request) continue
        const outcome = await askOrRefused(model, request)
        const declared = capabilities.cachePoints
        const taken = declared?.includes(place)
        if (taken !== false) expectOutcome(`a cache point in ${place}`, taken, outcome)
        else expect(isTold(outcome), `it declares no cache points in ${place} and ignores one without a warning`)
      }
    },
  },
  {
    name: 'takes a tool choice or refuses it clearly',
    async run({ model, toolRequest, capabilities }) {
      if (!toolRequest) throw new NotApplicable('the model has no tools')
      const [first] = (toolRequest.tools ?? []).flatMap((tool) => ('name' in tool ? [tool.name] : []))
      const choices: readonly (readonly ['any' | 'none' | 'tool', ToolChoice])[] = [
        ['any', 'any'],
        ['none', 'none'],
        ['tool', { tool: first ?? 'echo' }],
      ]
      for (const [kind, toolChoice] of choices) {
        const outcome = await askOrRefused(model, { ...toolRequest, toolChoice })
        const taken = capabilities.toolChoice?.includes(kind)
        // Offering no tools is a way of its own to keep a model from calling them.
        const without = kind === 'none' && 'result' in outcome && callsOf(outcome.result.message).length === 0
        if (!without) expectOutcome(`the tool choice "${kind}"`, taken, outcome)
      }
    },
  },
  {
    name: 'takes an output schema or refuses it clearly',
    async run({ model, textRequest, capabilities }) {
      const request = { ...textRequest, output: { name: 'greeting', schema: greetingSchema } }
      await expectTakenOrRefused('an output schema', capabilities.outputSchema, model, request)
    },
  },
  {
    name: 'answers in JSON of the schema',
    needs: 'output',
    async run(context) {
      const { model, request } = context.needed('output')
      const output = request.output ?? { name: 'greeting', schema: greetingSchema }
      const text = textOf((await ask(model, { ...request, output })).result.message)
      const value = parsed(text)
      expect(typeof value === 'object' && value !== null, `the answer is no JSON object: ${text}`)
      const required = Array.isArray(output.schema.required) ? (output.schema.required as readonly string[]) : []
      const missing = required.find((member) => !(member in value))
      expect(missing === undefined, `the answer has no member "${missing}": ${text}`)
    },
  },
  {
    name: 'counts the tokens of a request',
    async run({ model, textRequest }) {
      if (!model.countTokens) throw new NotApplicable('the model has no countTokens')
      const more = followedBy(
        textRequest,
        { role: 'assistant', content: [{ type: 'text', text: 'Hello. How are you today?' }] },
        userMessage('Very well, thank you. '.repeat(20)),
      )
      const [short, long] = [await model.countTokens(textRequest), await model.countTokens(more)]
      expect(Number.isInteger(short) && short > 0, `a short request has ${short} tokens`)
      expect(Number.isInteger(long) && long > short, `a longer request has ${long} tokens, a shorter one ${short}`)
    },
  },
]

const greetingSchema = {
  type: 'object',
  properties: { greeting: { type: 'string' } },
  required: ['greeting'],
  additionalProperties: false,
} as const

function contradictions(
  { tools, streamsTools, strictTools, toolChoice, outputSchema, schemas, countsTokens, media }: Capabilities,
  counts: boolean,
): readonly (readonly [claim: string, holds: boolean])[] {
  return [
    ['streamsTools beside tools: false', tools === false && streamsTools === true],
    ['strictTools beside tools: false', tools === false && strictTools === true],
    ['choices of tools beside tools: false', tools === false && Boolean(toolChoice?.length)],
    ['media in tool results beside tools: false', tools === false && Boolean(media?.toolResult?.length)],
    ['a dialect of output schemas beside outputSchema: false', outputSchema === false && schemas?.output !== undefined],
    ['countsTokens and has no countTokens', countsTokens !== undefined && !counts],
  ]
}

type Outcome = Answer | { readonly refusal: AgentError }

async function expectTakenOrRefused(
  what: string,
  declared: boolean | undefined,
  model: CheckContext['model'],
  request: ModelRequest,
): Promise<void> {
  expectOutcome(what, declared, await askOrRefused(model, request))
}

/** `declared`: whether the model says that it takes this; undefined when it does not say. */
function expectOutcome(what: string, declared: boolean | undefined, outcome: Outcome): void {
  if (!('refusal' in outcome)) {
    expect(declared !== false, `it declares that it does not take ${what}, and answers all the same`)
    return
  }
  const { refusal } = outcome
  expect(declared !== true, `it declares that it takes ${what}, and fails with ${describeError(refusal)}`)
  expect(isRefusal(refusal), `${what}: it failed with ${describeError(refusal)}, which is no clear refusal`)
}

function isTold(outcome: Outcome): boolean {
  if ('refusal' in outcome) return isRefusal(outcome.refusal)
  return outcome.events.some(({ type }) => type === 'warning')
}

/** The kit has no video or sound that any service must take, so that these may be refused as well. */
function declaredKind(kinds: readonly string[] | undefined, { type }: UserPart): boolean | undefined {
  const declared = kinds?.includes(type)
  return declared === true && (type === 'video' || type === 'audio') ? undefined : declared
}

function resultOf({ tools }: ModelRequest, part: ToolResultContent): ModelRequest {
  const asked = saying({ messages: [], ...(tools && { tools }) }, 'Call the tool.')
  const [spec] = (tools ?? echoRequest.tools ?? []).flatMap((tool) => ('name' in tool ? [tool] : []))
  return followedBy(
    asked,
    {
      role: 'assistant',
      content: [{ type: 'tool-call', id: 'call-1', name: spec?.name ?? 'echo', input: { text: 'ping' } }],
    },
    { role: 'tool', content: [{ type: 'tool-result', id: 'call-1', content: [part] }] },
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
