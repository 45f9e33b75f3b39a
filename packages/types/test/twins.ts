import type { Model, ModelEvent, ModelRequest, StreamOptions } from '../src/index.js'
import { AgentError, defineModel, isAgentError } from '../src/index.js'
import type { CheckModelOptions, ModelScenarios, ScenarioName } from '../src/testing.js'
import { capabilities, referenceModel } from './reference-model.js'
import { answering, Counter, endless, lastText, modelEnd, plain, services } from './reference-services.js'

/** The reference model with one thing broken. */
export interface Twin {
  /** What it does, as in the table of docs/check-model.md. */
  readonly does: string
  /** Model and options that differ from those of the reference. */
  make(): { readonly model?: Model } & CheckModelOptions
}

/** For each check a model that it catches. */
export const twins: Readonly<Record<string, Twin>> = {
  'names itself': twin('is called `My Provider`', () => ({ model: { ...good(), provider: 'My Provider' } })),
  'keeps its config free of secrets and calls': twin('changes the live config with the patch of one call', () => {
    const model = defineModel<{ modelId: string; seed?: number }>({
      ...{ provider: 'reference', config: { modelId: 'reference-1' }, keys: ['modelId', 'seed'] },
      stream(request) {
        model.updateConfig({ seed: (model.config.seed ?? 0) + 1 })
        return good().stream(request)
      },
    })
    return { model }
  }),
  'refuses config members that do not exist': twin('takes any config', () => ({
    model: { ...good(), config: { modelId: 'reference-1' }, updateConfig() {}, stream: good().stream },
  })),
  'changes its config in place, and that of a copy apart': twin('gives itself as its own copy', () => {
    const model = good()
    const copying: Model & { with(patch: { modelId: string }): Model } = {
      ...model,
      get modelId() {
        return model.modelId
      },
      with(patch) {
        model.updateConfig(patch)
        return copying
      },
    }
    return { model: copying }
  }),
  'asks with the config as it stood when the call began': scenarioTwin(
    'reads its config while the answer is under way',
    'names-model',
    () => {
      const model = defineModel({
        ...{ provider: 'reference', config: { modelId: 'reference-1' }, keys: ['modelId'] },
        async *stream(_request, { config }): AsyncGenerator<ModelEvent> {
          await new Promise((resolve) => setTimeout(resolve, 1))
          yield { type: 'text-delta', text: config.modelId === 'reference-1-b' ? config.modelId : model.modelId }
          yield { type: 'part-end' }
          yield modelEnd
        },
      })
      return model
    },
  ),

  'answers with text and says how it ended': modelTwin('says that every answer was cut at the limit', () =>
    changed(good(), (event) => (event.type === 'model-end' ? [{ ...event, stopReason: 'length' }] : [event])),
  ),
  'keeps to the grammar of events': modelTwin('leaves `part-end` out', () =>
    changed(good(), (event) => (event.type === 'part-end' ? [] : [event])),
  ),
  'sends no empty parts': modelTwin('opens each answer with a text part that is empty', () => {
    const first: ModelEvent[] = [{ type: 'text-delta', text: '' }, { type: 'part-end' }]
    return changed(good(), (event, index) => (index === 0 ? [...first, event] : [event]))
  }),
  'sends each event as a value of its own': modelTwin('uses one object for all text deltas', () => {
    const delta = { type: 'text-delta' as const, text: '' }
    return changed(good(), (event) => (event.type === 'text-delta' ? [Object.assign(delta, event)] : [event]))
  }),
  'sends events that survive JSON': modelTwin('puts a `Date` into the metadata', () =>
    changed(good(), (event) =>
      event.type === 'model-end' ? [{ ...event, metadata: { at: new Date(0) as unknown as string } }] : [event],
    ),
  ),
  'counts tokens': modelTwin('counts the tokens of the answer as -1', () =>
    changed(good(), (event) =>
      event.type === 'model-end' ? [{ ...event, usage: { ...event.usage, outputTokens: -1 } }] : [event],
    ),
  ),
  'decides the stop reason from what it wrote': modelTwin("takes the provider's `end` beside a tool call", () =>
    changed(good(), (event) => (event.type === 'model-end' ? [{ ...event, stopReason: 'end' }] : [event])),
  ),
  'stops at the limit of tokens': scenarioTwin('says `end` at the limit', 'length', (model) => ending(model, 'end')),
  'stops at a stop sequence': scenarioTwin('says `end` at a stop sequence', 'stop-sequence', (model) =>
    ending(model, 'end'),
  ),
  'says that the answer was filtered': scenarioTwin('says `end` when filtered', 'filtered', (model) =>
    ending(model, 'end'),
  ),
  'leaves the request as it was': modelTwin('writes the system prompt into the messages it was given', () => {
    const model = good()
    return streaming(model, (request, options) => {
      ;(request.messages as unknown[]).push({ role: 'assistant', content: [] })
      return model.stream(request, options)
    })
  }),

  'calls a tool and goes on from its result': modelTwin('calls tools that were not offered', () =>
    changed(good(), (event) => (event.type === 'tool-call-start' ? [{ ...event, name: 'other' }] : [event])),
  ),
  'takes results that failed, and results in JSON': modelTwin('expects text in every tool result', () =>
    refusing(good(), ({ messages }) => {
      for (const part of messages.flatMap(({ content }) => [...content])) {
        if (part.type === 'tool-result') part.content.map((inner) => (inner as { text: string }).text.trim())
      }
    }),
  ),
  'answers without a call although it could': scenarioTwin('makes a call of every text', 'no-call', (model) =>
    changed(model, (event) =>
      event.type === 'text-delta'
        ? []
        : event.type === 'part-end'
          ? [{ type: 'tool-call-start', id: '1', name: 'echo' }, event]
          : [event],
    ),
  ),
  'makes many calls in one answer and takes all their results': scenarioTwin(
    'gives all calls of an answer the same id',
    'many-calls',
    (model) => changed(model, (event) => (event.type === 'tool-call-start' ? [{ ...event, id: '1' }] : [event])),
  ),
  'reads no arguments as an empty object': scenarioTwin(
    'writes `undefined` for no arguments',
    'no-arguments',
    (model) =>
      changed(model, (event) => (event.type === 'tool-call-delta' ? [{ ...event, inputText: 'undefined' }] : [event])),
  ),
  'keeps malformed arguments as they came, never as whole': scenarioTwin(
    'closes the brackets of malformed arguments',
    'malformed-call',
    (model) =>
      changed(model, (event) =>
        event.type === 'tool-call-delta' ? [{ ...event, inputText: `${event.inputText}""}` }] : [event],
      ),
  ),
  'takes a call that was cut at the limit for cut': scenarioTwin(
    'says `tool-use` wherever there is a call',
    'cut-call',
    (model) => ending(model, 'tool-use'),
  ),

  'sends the system prompt and the whole conversation': scenarioTwin('forgets the system prompt', 'recite', (model) =>
    streaming(model, ({ system: _system, ...request }, options) => model.stream(request, options)),
  ),
  'goes on with a conversation that came through JSON': modelTwin('knows its own answers by identity', () => {
    const known = new WeakSet<object>()
    return refusing(good(), ({ messages }) => {
      const last = messages.at(-1)
      if (last && messages.length > 1 && !known.has(messages[0] ?? last)) {
        throw new AgentError('invalid-messages', 'That is not what was said.')
      }
      if (last) known.add(last)
    })
  }),
  'takes over a conversation from another provider': modelTwin("sends another provider's reasoning", () =>
    refusing(good(), ({ messages }) => {
      if (messages.some(({ content }) => content.some(({ type }) => type === 'reasoning'))) {
        throw new AgentError('invalid-request', 'The signature of the reasoning is not ours.')
      }
    }),
  ),
  'takes its own reasoning back': scenarioTwin('loses the signature of the reasoning', 'reasoning', (model) =>
    changed(model, (event) => (event.type === 'reasoning-delta' && event.signature ? [] : [event])),
  ),

  'declares what it can do, as JSON and without contradiction': modelTwin(
    'declares that it streams tools, and has none',
    () => referenceModel(plain, { tools: false, streamsTools: true }),
  ),
  'takes a system prompt or refuses it clearly': modelTwin('fails with a TypeError on a system prompt', () =>
    refusing(good(), ({ system }) => {
      if (system) throw new TypeError('system.trim is not a function')
    }),
  ),
  'takes media or refuses them clearly': modelTwin('declares that it takes no images, and drops them', () => ({
    ...good(),
    capabilities: () => ({ ...capabilities, media: { ...capabilities.media, user: ['document'] } }),
  })),
  'takes cache points or says that it does not': modelTwin('drops cache points without a word', () =>
    changed(good(), (event) => (event.type === 'warning' ? [] : [event])),
  ),
  'takes a tool choice or refuses it clearly': modelTwin('ignores tool choices that it does not know', () => {
    const model = good()
    return streaming(model, ({ toolChoice: _choice, ...request }, options) => model.stream(request, options))
  }),
  'takes an output schema or refuses it clearly': modelTwin('declares that it takes no schema, and ignores it', () => ({
    ...good(),
    capabilities: () => ({ ...capabilities, outputSchema: false }),
  })),
  'answers in JSON of the schema': scenarioTwin('wraps JSON in a fence', 'output', (model) =>
    changed(model, (event, index) =>
      event.type === 'text-delta' && index === 0 ? [{ ...event, text: `\`\`\`json\n${event.text}` }] : [event],
    ),
  ),
  'counts the tokens of a request': modelTwin('counts one message, whatever the conversation', () => ({
    ...good(),
    countTokens: async () => 7,
  })),

  'refuses to start when already aborted': modelTwin('sends first and looks at the signal later', () => {
    const model = good()
    return streaming(model, async function* (request, options) {
      let first = true
      for await (const event of model.stream(request)) {
        if (!first) throwIfAborted(options)
        first = false
        yield event
      }
    })
  }),
  'stops when aborted on the way': modelTwin('does not hear the signal', () => {
    const model = good()
    return streaming(model, (request) => model.stream(request))
  }),
  'stops when aborted while it waits': scenarioTwin(
    'looks at the signal between two events alone',
    'stalled',
    (model) =>
      streaming(model, async function* (request, options) {
        for await (const event of model.stream(request)) {
          throwIfAborted(options)
          yield event
        }
      }),
  ),
  'takes no notice of an abort after the end': modelTwin('fails when aborted after `model-end`', () => {
    const model = good()
    return streaming(model, async function* (request, options) {
      yield* model.stream(request, options)
      throwIfAborted(options)
    })
  }),
  'can be left early and asked again': modelTwin('keeps its only connection when it is left', () => {
    const model = good()
    let taken = false
    return streaming(model, async function* (request) {
      if (taken) throw new Error('the connection is still taken')
      taken = true
      for await (const event of model.stream(request)) yield event
      taken = false
    })
  }),
  'can be left while it waits': scenarioTwin('lets `return()` wait for the next event', 'stalled', (model) =>
    streaming(model, async function* (request) {
      yield* { [Symbol.asyncIterator]: () => without(model.stream(request)[Symbol.asyncIterator]()) }
    }),
  ),

  'says that it was throttled': failureTwin('throttled', 'throws a plain `Error`', () => new Error('429')),
  'says that the service is down': failureTwin('unavailable', 'does not call it retryable', (error) => {
    return new AgentError('unavailable', error.message)
  }),
  'says that it was not let in': failureTwin('access-denied', 'calls it retryable', (error) => {
    return new AgentError('access-denied', error.message, { retryable: true })
  }),
  'says that there is no such model': failureTwin('no-such-model', 'says `invalid-request`', (error) => {
    return new AgentError('invalid-request', error.message)
  }),
  'says that the request was refused': failureTwin('bad-request', 'says `internal`', (error) => {
    return new AgentError('internal', error.message)
  }),
  'says that the conversation is too long': failureTwin('context-overflow', 'says `invalid-request`', (error) => {
    return new AgentError('invalid-request', error.message)
  }),
  'says that nobody is there': failureTwin('unreachable', 'lets the `TypeError` of `fetch` through', () => {
    return new TypeError('fetch failed')
  }),
  'says that it failed midway, and keeps what had arrived': failureTwin(
    'fails-midway',
    'loses what had arrived',
    (error) => new AgentError(error.code, error.message, { retryable: true }),
  ),
  'never takes a truncated answer for whole': scenarioTwin('ends a truncated answer itself', 'truncated', (model) =>
    streaming(model, async function* (request) {
      let open = false
      try {
        for await (const event of model.stream(request)) {
          open = event.type !== 'part-end'
          yield event
        }
      } catch {
        if (open) yield { type: 'part-end' }
        yield modelEnd
      }
    }),
  ),
  'never takes garbage for an answer': scenarioTwin('skips what it cannot read', 'broken', (model) =>
    streaming(model, async function* (request) {
      try {
        yield* model.stream(request)
      } catch {
        yield { type: 'part-end' }
        yield modelEnd
      }
    }),
  ),
  'shows none of its secrets': failureTwin('access-denied', 'names its key in the error', () => {
    return new AgentError('access-denied', 'The key top-secret was refused.')
  }),

  'answers several callers at once': modelTwin('forgets the text while another call is under way', () => {
    const model = good()
    let calls = 0
    return streaming(model, async function* (request, options) {
      calls++
      await new Promise((resolve) => setTimeout(resolve, 1))
      const crowded = calls > 1
      try {
        for await (const event of model.stream(request, options)) {
          yield crowded && event.type === 'text-delta' ? { ...event, text: '' } : event
        }
      } finally {
        calls--
      }
    })
  }),
  'does not mix the answers of several callers': scenarioTwin('keeps the request in a shared variable', 'echo', () => {
    let latest: ModelRequest
    const model = referenceModel(answering(() => lastText(latest)))
    return streaming(model, (request, options) => {
      latest = request
      return model.stream(request, options)
    })
  }),
  'takes a long conversation and a long text': modelTwin('spreads the text over arguments', () =>
    refusing(good(), (request) => String.fromCharCode(...new TextEncoder().encode(lastText(request)))),
  ),
  'carries a megabyte there and back': echoTwin('stops after 64 kB', (text) => text.slice(0, 65_536)),
  'brings back every character': echoTwin('normalizes the text', (text) => text.normalize('NFC')),
  'brings back every character, byte by byte': scenarioTwin('decodes each chunk by itself', 'bytewise', () =>
    referenceModel(async function* (request) {
      for (const byte of new TextEncoder().encode(lastText(request))) {
        yield { type: 'text-delta', text: new TextDecoder().decode(Uint8Array.of(byte)) }
      }
      yield { type: 'part-end' }
      yield modelEnd
    }),
  ),
  'waits for a slow reader and loses nothing': scenarioTwin('drops events while nobody reads', 'echo', (model) =>
    streaming(model, (request, options) => pushed(model.stream(request, options), 16)),
  ),
  'does not run ahead of its reader': {
    does: 'reads the wire as fast as it can',
    make() {
      const counter = new Counter()
      const model = referenceModel(counter.watch(endless(counter)))
      const eager = streaming(model, (request, options) =>
        pushed(model.stream(request, options), Number.POSITIVE_INFINITY),
      )
      return { scenarios: { endless: { model: eager, service: counter.probe } } }
    },
  },
  'leaves no handles open': modelTwin('starts a timer for each call and never stops it', () => {
    const model = good()
    return streaming(model, (request, options) => {
      leaked.push(setTimeout(() => {}, 60_000))
      return model.stream(request, options)
    })
  }),
  'leaves no rejection unhandled': modelTwin('races against an abort that nobody waits for later', () => {
    const model = good()
    return streaming(model, (request, options) => {
      // Rejected when the caller aborts, and awaited by nobody.
      void new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new Error('left alone')))
      })
      return model.stream(request, options)
    })
  }),
}

/** What the twin without clean hands has left behind: the test must clear it. */
export const leaked: ReturnType<typeof setTimeout>[] = []

function good() {
  return referenceModel(plain)
}

function twin(does: string, make: Twin['make']): Twin {
  return { does, make }
}

function modelTwin(does: string, model: () => Model): Twin {
  return twin(does, () => ({ model: model() }))
}

/** The scenario's own model, broken. */
function scenarioTwin(does: string, name: Exclude<ScenarioName, 'endless'>, broken: (model: Model) => Model): Twin {
  const make = () => ({ scenarios: { [name]: { model: broken(referenceModel(services[name]())) } } as ModelScenarios })
  return twin(does, make)
}

function echoTwin(does: string, change: (text: string) => string): Twin {
  return scenarioTwin(does, 'echo', () => referenceModel(answering((request) => change(lastText(request)))))
}

function failureTwin(
  name: Exclude<ScenarioName, 'endless'>,
  does: string,
  toError: (error: AgentError) => unknown,
): Twin {
  return scenarioTwin(does, name, (model) =>
    streaming(model, async function* (request, options) {
      try {
        yield* model.stream(request, options)
      } catch (error) {
        throw isAgentError(error) ? toError(error) : error
      }
    }),
  )
}

function streaming(model: Model, stream: Model['stream']): Model {
  return { ...model, stream }
}

function changed(model: Model, change: (event: ModelEvent, index: number) => readonly ModelEvent[]): Model {
  return streaming(model, async function* (request, options) {
    let index = 0
    for await (const event of model.stream(request, options)) yield* change(event, index++)
  })
}

function ending(model: Model, stopReason: 'end' | 'tool-use'): Model {
  return changed(model, (event) => (event.type === 'model-end' ? [{ ...event, stopReason }] : [event]))
}

function refusing(model: Model, look: (request: ModelRequest) => unknown): Model {
  return streaming(model, async function* (request, options) {
    look(request)
    yield* model.stream(request, options)
  })
}

function throwIfAborted(options: StreamOptions | undefined): void {
  if (options?.signal?.aborted) throw new AgentError('aborted', 'The call was aborted.')
}

/** An iterator that can be pulled and not left. */
function without(events: AsyncIterator<ModelEvent>): AsyncIterator<ModelEvent> {
  return { next: () => events.next() }
}

/** Reads ahead into a queue that holds `limit` events; what comes on top is lost. */
async function* pushed(events: AsyncIterable<ModelEvent>, limit: number): AsyncGenerator<ModelEvent> {
  const queue: ModelEvent[] = []
  const state = { done: false, left: false }
  const reading = (async () => {
    for await (const event of events) {
      if (state.left) break
      if (queue.length < limit || event.type !== 'text-delta') queue.push(event)
    }
    state.done = true
  })()
  try {
    while (!state.done || queue.length > 0) {
      const event = queue.shift()
      if (event) yield event
      else await new Promise((resolve) => setTimeout(resolve, 1))
    }
  } finally {
    state.left = true
    await reading
  }
}
