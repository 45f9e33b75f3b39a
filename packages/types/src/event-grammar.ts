import type { ModelEvent } from './model.js'

type Place = 'between' | 'text' | 'reasoning' | 'call' | 'ended'

/** The rules above `ModelEvent` as an automaton: what may come at each place, and where it leads. */
const grammar: Readonly<Record<Place, Readonly<{ [Type in ModelEvent['type']]?: Place }>>> = {
  between: {
    'text-delta': 'text',
    'citation-delta': 'text',
    'reasoning-delta': 'reasoning',
    'tool-call-start': 'call',
    part: 'between',
    redaction: 'between',
    warning: 'between',
    'model-end': 'ended',
  },
  text: { 'text-delta': 'text', 'citation-delta': 'text', 'part-end': 'between', redaction: 'text', warning: 'text' },
  reasoning: { 'reasoning-delta': 'reasoning', 'part-end': 'between', redaction: 'reasoning', warning: 'reasoning' },
  call: { 'tool-call-delta': 'call', 'part-end': 'between', redaction: 'call', warning: 'call' },
  ended: {},
}

const places: Readonly<Record<Place, string>> = {
  between: 'with no part open',
  text: 'inside a text part',
  reasoning: 'inside a reasoning part',
  call: 'inside a tool call',
  ended: 'after model-end',
}

const isText = (value: unknown) => typeof value === 'string'
const isObject = (value: unknown) => typeof value === 'object' && value !== null

/** The members without which an event of a type says nothing. */
const shapes: { readonly [Type in ModelEvent['type']]: (event: Extract<ModelEvent, { type: Type }>) => boolean } = {
  'text-delta': ({ text }) => isText(text),
  'reasoning-delta': ({ text, signature, redacted }) => [text, signature, redacted].some(isText),
  'citation-delta': ({ citation }) => isObject(citation),
  'tool-call-start': ({ id, name }) => isText(id) && isText(name),
  'tool-call-delta': ({ inputText }) => isText(inputText),
  part: ({ part }) => isObject(part) && isText(part.type),
  'part-end': () => true,
  redaction: ({ side, text }) => (side === 'input' || side === 'output') && isText(text),
  warning: ({ message }) => isText(message),
  'model-end': ({ stopReason, providerStopReason, usage }) =>
    stopReasons.includes(stopReason) && isText(providerStopReason) && isObject(usage),
}

const stopReasons: readonly string[] = [
  'end',
  'tool-use',
  'length',
  'stop-sequence',
  'guardrail',
  'filtered',
  'context-window',
  'malformed',
]

/**
 * What is wrong with the order or the shape of a call's events; undefined if nothing is. `cut`: the call failed, so
 * that its end may be missing.
 */
export function grammarFault(events: readonly ModelEvent[], { cut = false } = {}): string | undefined {
  let place: Place = 'between'
  for (const [index, event] of events.entries()) {
    const next: Place | undefined = grammar[place][event.type]
    if (!shapes[event.type]) return `event ${index} is of no known type: ${JSON.stringify(event)}`
    if (!next) return `event ${index}, ${event.type}, came ${places[place]}`
    if (!(shapes[event.type] as (event: ModelEvent) => boolean)(event)) {
      return `event ${index} is incomplete: ${JSON.stringify(event)}`
    }
    place = next
  }
  if (place === 'ended') return cut ? 'model-end came although the call failed' : undefined
  return cut ? undefined : `the events ended ${places[place]}, without model-end`
}
