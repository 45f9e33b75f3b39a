import type { Model, ModelRequest } from './model.js'

/**
 * A wire that has been set up so that something certain happens. The model is asked as often as the check needs, at
 * times by several callers at once, so the wire must do the same each time.
 */
export interface ModelScenario {
  /** A model on that wire; a function is called when a check begins. Default: the model under check. */
  readonly model?: Model | (() => Model)
  /** What to ask it. Default: the tool request where the scenario is about tools, else the text request. */
  readonly request?: ModelRequest
  /** What can be seen from the far side of that wire. Default: nothing. */
  readonly service?: ServiceProbe
}

/** What the service can tell about itself: each member that is given makes a check look closer. */
export interface ServiceProbe {
  /** How many requests have reached it so far. */
  received?(): number
  /** How many requests it is answering now. */
  answering?(): number
  /** How much of an answer it has got rid of so far, in any unit. */
  sent?(): number
}

/** The scenarios that the kit knows. Those left out have their checks skipped, and the report says so. */
export interface ModelScenarios {
  /** The service says the text of the last user message back, character by character. */
  readonly echo?: ModelScenario
  /** As `echo`, over a wire that delivers one byte at a time. */
  readonly bytewise?: ModelScenario
  /** The service answers with every text it was sent, in order: system prompt, messages, tool results. */
  readonly recite?: ModelScenario
  /** The service answers with the id of the model it was asked for; it takes any id. */
  readonly 'names-model'?: ModelScenario
  /** The service answers a request with an output schema in JSON that fits; without `request` it is `{ "greeting": string }`. */
  readonly output?: ModelScenario
  /** The answer begins with reasoning. Asked again with that answer in the history, the service should want it unchanged. */
  readonly reasoning?: ModelScenario

  /** The answer is a text that ends at the limit of tokens. */
  readonly length?: ModelScenario
  /** The answer ends at a stop sequence. */
  readonly 'stop-sequence'?: ModelScenario
  /** The answer is withheld or ended by a content filter. */
  readonly filtered?: ModelScenario

  /** The model is offered tools and answers with a text. */
  readonly 'no-call'?: ModelScenario
  /** One answer holds two tool calls or more; asked again with their results, the service should want all of them. */
  readonly 'many-calls'?: ModelScenario
  /** The answer calls a tool and writes no arguments at all. */
  readonly 'no-arguments'?: ModelScenario
  /** The arguments of the call are not JSON, although the answer is whole. */
  readonly 'malformed-call'?: ModelScenario
  /** The answer reaches the limit of tokens inside the arguments of a call. */
  readonly 'cut-call'?: ModelScenario

  /** The stream ends early, without an error. Asked eight times: cut it somewhere else each time if you can. */
  readonly truncated?: ModelScenario
  /** Some text has arrived, and then bytes that are not the protocol. */
  readonly broken?: ModelScenario
  /** Some text has arrived, and then the service reports an error inside the answer. */
  readonly 'fails-midway'?: ModelScenario
  /** Some text has arrived, and then nothing comes any more; the connection stays open. */
  readonly stalled?: ModelScenario
  /** A text that never ends, as fast as it is read. Needs `service.sent`. */
  readonly endless?: ModelScenario

  /** The service asks to slow down (HTTP 429), at every attempt. */
  readonly throttled?: ModelScenario
  /** The service is down for a moment (HTTP 503), at every attempt. */
  readonly unavailable?: ModelScenario
  /** The service does not let the caller in (HTTP 401 or 403). */
  readonly 'access-denied'?: ModelScenario
  /** The service does not know the model. */
  readonly 'no-such-model'?: ModelScenario
  /** The service finds fault with the request (HTTP 400). */
  readonly 'bad-request'?: ModelScenario
  /** The conversation is longer than the model's context. */
  readonly 'context-overflow'?: ModelScenario
  /** Nobody listens at the endpoint. */
  readonly unreachable?: ModelScenario
}

export type ScenarioName = keyof ModelScenarios
