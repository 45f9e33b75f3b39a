import type { ModelEvent, ModelRequest } from './model.js'
import type { CheckContext, Scenario } from './model-check.js'
import type { ScenarioName } from './model-scenarios.js'

const answering: readonly ScenarioName[] = [
  'echo',
  'bytewise',
  'reasoning',
  'length',
  'stop-sequence',
  'filtered',
  'no-call',
  'many-calls',
  'no-arguments',
  'malformed-call',
  'cut-call',
]

/** All questions that should get an answer: the default ones and those of the scenarios that were given. */
export function everyQuestion(context: CheckContext): readonly (Scenario & { readonly what: string })[] {
  const { model, service, textRequest, toolRequest } = context
  const plain = (what: string, request: ModelRequest) => ({ what, model, request, service })
  const scenarios = answering.flatMap((what) => {
    const scenario = context.scenario(what)
    return scenario ? [{ what, ...scenario }] : []
  })
  return [
    plain('the text request', textRequest),
    ...(toolRequest ? [plain('the tool request', toolRequest)] : []),
    ...scenarios,
  ]
}

/** Their answers, event by event; `onEvent` sees each at once. Nothing is folded, so nothing is judged yet. */
export async function* everyAnswer(
  context: CheckContext,
  onEvent: (event: ModelEvent) => void = () => {},
): AsyncGenerator<{ readonly what: string; readonly events: readonly ModelEvent[] }> {
  for (const { what, model, request } of everyQuestion(context)) {
    const events: ModelEvent[] = []
    for await (const event of model.stream(request)) {
      onEvent(event)
      events.push(event)
    }
    yield { what, events }
  }
}
