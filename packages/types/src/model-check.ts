import type { CheckModelOptions } from './check-model.js'
import { isAgentError } from './error.js'
import type { Capabilities, Model, ModelRequest } from './model.js'
import type { ModelScenario, ScenarioName, ServiceProbe } from './model-scenarios.js'

/** One promise of the contract, and how to find out whether a model keeps it. */
export interface ModelCheck {
  /** What the model does, as a sentence without its subject. */
  readonly name: string
  /** What must be given; without it the check is skipped. */
  readonly needs?: ScenarioName | 'secrets'
  /** @throws Error that says what is wrong; NotApplicable. */
  run(context: CheckContext): Promise<void>
}

/** What a check works with. */
export interface CheckContext {
  readonly model: Model
  /** Empty when the model does not say. */
  readonly capabilities: Capabilities
  readonly textRequest: ModelRequest
  /** Undefined for a model without tools. */
  readonly toolRequest: ModelRequest | undefined
  readonly service: ServiceProbe
  readonly secrets: readonly string[]
  /** How long something may take that should be done at once. */
  readonly promptMs: number
  /** What was rejected and not handled since the kit began; undefined where the host does not tell. */
  readonly rejections: readonly unknown[] | undefined
  /** The scenario with its defaults; undefined if it was not given. */
  scenario(name: ScenarioName): Scenario | undefined
  /** The scenario that the check says it needs. */
  needed(name: ScenarioName): Scenario
}

/** A scenario with nothing left open. */
export interface Scenario {
  readonly model: Model
  readonly request: ModelRequest
  readonly service: ServiceProbe
}

/** Thrown by a check that has nothing to say about this model. */
export class NotApplicable extends Error {}

const greeting: ModelRequest = { messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }] }

/** The tool that the kit offers, unless the caller has requests of his own. */
export const echoRequest: ModelRequest = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Call the tool echo with the text "ping".' }] }],
  tools: [
    {
      name: 'echo',
      description: 'Gives the text back.',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    },
  ],
}

const aboutTools: readonly (string | undefined)[] = [
  'no-call',
  'many-calls',
  'no-arguments',
  'malformed-call',
  'cut-call',
]

export function toContext(
  model: Model,
  options: CheckModelOptions,
  timeoutMs: number,
  rejections: readonly unknown[] | undefined,
): CheckContext {
  const { textRequest = greeting, toolRequest = echoRequest, service = {}, secrets = [], scenarios = {} } = options
  const capabilities = model.capabilities?.() ?? {}
  const hasTools = toolRequest !== false && capabilities.tools !== false
  const filled = (name: ScenarioName, given: ModelScenario): Scenario => ({
    model: (typeof given.model === 'function' ? given.model() : given.model) ?? model,
    request: given.request ?? (aboutTools.includes(name) ? toolRequest || echoRequest : textRequest),
    service: given.service ?? (given.model ? {} : service),
  })
  const scenario = (name: ScenarioName) => {
    const given = scenarios[name]
    return given && (hasTools || !aboutTools.includes(name)) ? filled(name, given) : undefined
  }
  return {
    ...{ model, capabilities, textRequest, service, secrets, rejections, scenario },
    toolRequest: hasTools ? toolRequest : undefined,
    promptMs: Math.min(5000, timeoutMs * 0.4),
    needed(name) {
      const found = scenario(name)
      if (!found) throw new CheckFailure(`the check needs the scenario ${name} and does not say so`)
      return found
    },
  }
}

/** Why this model can do without the scenario of a check; undefined when it cannot. */
export function inapplicable({ needs }: ModelCheck, { toolRequest, capabilities }: CheckContext): string | undefined {
  if (aboutTools.includes(needs) && !toolRequest) return 'the model has no tools'
  return needs === 'output' && capabilities.outputSchema === false ? 'the model takes no output schema' : undefined
}

/** What the options lack for this check, in the words of the options. */
export function missingFor(
  { needs }: ModelCheck,
  { scenarios = {}, secrets, toolRequest }: CheckModelOptions,
): string | undefined {
  if (needs === undefined || (toolRequest === false && aboutTools.includes(needs))) return undefined
  if (needs === 'secrets') return secrets?.length ? undefined : 'secrets'
  const given = scenarios[needs]
  const name = /^\w+$/.test(needs) ? `scenarios.${needs}` : `scenarios['${needs}']`
  if (!given) return name
  return needs === 'endless' && !given.service?.sent ? `${name}.service.sent` : undefined
}

export function describeError(error: unknown): string {
  if (isAgentError(error)) return `AgentError ${error.code}: ${error.message}`
  if (error instanceof CheckFailure) return error.message
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** What a check found wrong. */
export class CheckFailure extends Error {}
