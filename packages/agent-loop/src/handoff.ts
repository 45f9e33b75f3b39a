import type { AgentConfig, AgentTool, Message, Middleware, Model, SystemPart, Tool, TurnCall } from '@x/types'
import { AgentError } from '@x/types'
import { handOverPrefix } from './hand-over-prefix.js'
import { unansweredCalls } from './tool-calls.js'

/** One of the agents that pass a conversation to each other. */
export interface HandoffAgent {
  /** 1 to 52 characters of `[a-zA-Z0-9_-]`. */
  readonly name: string
  /** Tells the others when to hand over to this one. */
  readonly description: string
  /** Default: the run's. */
  readonly model?: Model
  readonly system?: AgentConfig['system']
  readonly tools?: readonly AgentTool[]
  /** Names of the agents it may hand over to. Default: all others. */
  readonly to?: readonly string[]
}

/**
 * Lets agents hand the conversation over to each other, by a tool `hand_over_to_<name>` that each of them is given. The
 * first of the list starts. Who is at work is read from the messages alone, so that a run can go on anywhere; the run's
 * own tools stay with everybody.
 * @throws AgentError `invalid-config` for fewer than two agents, a name twice, or a `to` that nobody has
 */
export function handoff(agents: readonly HandoffAgent[]): Middleware {
  checkAgents(agents)
  return {
    name: 'handoff',
    async *turn(call, next) {
      return yield* next(turnOf(agents, call))
    },
  }
}

function turnOf(agents: readonly HandoffAgent[], call: TurnCall): TurnCall {
  const agent = agentAtWork(agents, beforeOpenCalls(call.messages))
  const others = agents.filter(({ name }) => name !== agent.name && (agent.to?.includes(name) ?? true))
  return {
    ...call,
    model: agent.model ?? call.model,
    tools: [...call.tools, ...(agent.tools ?? []), ...others.map(toTool)],
    system: [...(call.system ?? []), ...toSystem(agent.system)],
  }
}

/** Calls that wait are those of the agent that made them, although it may have handed over beside them. */
function beforeOpenCalls(messages: readonly Message[]): readonly Message[] {
  const { message, calls } = unansweredCalls(messages)
  return message && calls.length > 0 ? messages.slice(0, messages.indexOf(message)) : messages
}

/** The one that the last hand-over which took place named. */
function agentAtWork(agents: readonly HandoffAgent[], messages: readonly Message[]): HandoffAgent {
  const failed = new Set<string>()
  for (const { content, role } of [...messages].reverse()) {
    for (const part of content) if (part.type === 'tool-result' && part.isError) failed.add(part.id)
    if (role !== 'assistant') continue
    const names = content.flatMap((part) =>
      part.type === 'tool-call' && !failed.has(part.id) && part.name.startsWith(handOverPrefix)
        ? [part.name.slice(handOverPrefix.length)]
        : [],
    )
    const found = agents.find(({ name }) => name === names.at(-1))
    if (found) return found
    failed.clear()
  }
  return agents[0] as HandoffAgent
}

function toTool({ name, description }: HandoffAgent): Tool {
  return {
    name: `${handOverPrefix}${name}`,
    description: `Hands the conversation over to ${name}: ${description}`,
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
    sequential: true,
    execute: () => `${name} has the conversation now.`,
  }
}

function toSystem(system: AgentConfig['system'] = []): readonly SystemPart[] {
  return typeof system === 'string' ? [{ type: 'text', text: system }] : system
}

function checkAgents(agents: readonly HandoffAgent[]): void {
  const names = agents.map(({ name }) => name)
  const wrong = (what: string) => new AgentError('invalid-config', `handoff() ${what}.`)
  if (agents.length < 2) throw wrong('needs at least two agents')
  for (const [index, { name, to = [] }] of agents.entries()) {
    if (!/^[a-zA-Z0-9_-]{1,52}$/.test(name)) throw wrong(`cannot take an agent named ${JSON.stringify(name)}`)
    if (names.indexOf(name) !== index) throw wrong(`was given two agents named "${name}"`)
    const stranger = to.find((other) => !names.includes(other))
    if (stranger !== undefined) throw wrong(`has no agent "${stranger}" for ${name} to hand over to`)
  }
}
