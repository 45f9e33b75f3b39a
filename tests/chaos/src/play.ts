import { Agent, runAgent } from '@x/agent-loop'
import type { Session } from '@x/agent-loop/session'
import { openSession } from '@x/agent-loop/session'
import type { AgentEvent, Answers, Message, Model, RunResult, Tool, Usage, UserMessage } from '@x/types'
import { addUsage, isAgentError, noUsage } from '@x/types'
import { answersTo } from './answers.js'
import { probeText } from './brain.js'
import type { DeathPlace } from './life.js'
import { Life } from './life.js'
import type { Lots } from './lots.js'
import { lots } from './lots.js'
import { layersOf, teamOf } from './team.js'
import type { World } from './world.js'

export interface Models {
  readonly chief: Model
  readonly clerk: Model
}

/** How a run ended as far as this process saw it. */
type Ending = 'ended' | 'failed' | 'left' | 'died'

/** What somebody wants to have come to its end, however many processes it takes. */
interface Task {
  readonly runId: string
  readonly question?: UserMessage
  readonly answers?: Answers
}

type Disturbance =
  | { readonly type: 'none' | 'crash-after' }
  | { readonly type: 'abort' | 'leave' | 'crash'; readonly at: number }
  | { readonly type: 'doom'; readonly place: DeathPlace; readonly at: number }

const calm: Disturbance = { type: 'none' }

/** Failures that faults of the wire and limits make; any other is a mistake of ours. */
const expectedCodes: readonly string[] = [
  ...['throttled', 'unavailable', 'network', 'timeout', 'stream-truncated', 'model-failed', 'internal', 'quota'],
  ...['malformed-tool-call', 'budget', 'invalid-stream', 'loop'],
]

/** One conversation of chance; what went wrong is in `world.problems`. */
export class Play {
  readonly #world: World
  readonly #models: Models
  readonly #draw: Lots
  readonly #committed = new Map<string, Usage>()
  #life: Life | undefined
  #session: Session | undefined
  #agent: Agent | undefined
  #tools: readonly Tool[] = []
  #task: Task | undefined
  #runs = 0
  #isExact = true
  readonly story: string[] = []
  /** What has happened, and how often. */
  readonly tally = new Map<string, number>()

  constructor(seed: number, world: World, models: Models) {
    this.#draw = lots('play', seed)
    this.#world = world
    this.#models = models
  }

  async toEnd(): Promise<void> {
    const steps = this.#draw.between(4, 8)
    for (let step = 0; step < steps; step++) await this.#step(this.#disturbance())
    await this.#step(calm)
    this.#life?.die()
  }

  async #step(disturbance: Disturbance): Promise<void> {
    const { agent, life, session } = await this.#alive()
    if (this.#task && session.resultOf(this.#task.runId)) this.#task = undefined
    const task = (this.#task ??= this.#choose(agent))
    const controller = new AbortController()
    if (disturbance.type === 'doom') life.doom(disturbance.place, disturbance.at)
    const events = this.#start(agent, session, task, AbortSignal.any([controller.signal, life.signal]))
    const ending = await this.#follow(events, life, disturbance, () => controller.abort())
    life.spare()
    this.story.push(`${task.question ? 'ask' : 'go on'} ${JSON.stringify(disturbance)} ${ending}`)
    this.#count(`${disturbance.type}: ${ending}`)
    if (disturbance.type === 'doom' && ending === 'died') this.#count(`died at the ${disturbance.place}`)
    if (ending !== 'died') {
      this.#task = undefined
      // What comes to its end in the background, when nobody is there any more, is told to nobody.
      if (ending === 'left') this.#isExact = false
      this.#checkUsage(agent, ending)
      await this.#probe(agent.messages, 'in memory')
    }
    if (ending === 'died' || disturbance.type === 'crash-after') {
      life.die()
      this.#life = undefined
      this.#isExact = false
    }
    await this.#checkStore()
  }

  async #alive(): Promise<{ agent: Agent; life: Life; session: Session }> {
    const { world, draw } = { world: this.#world, draw: this.#draw }
    if (this.#life && this.#agent && this.#session) {
      return { agent: this.#agent, life: this.#life, session: this.#session }
    }
    const life = new Life(lots('life', draw.next()))
    this.#life = life
    this.#tools = teamOf(world, life, lots('tools', draw.next()), this.#models.clerk)
    const session = await openSession(world.sessionsOf(life), 'talk')
    const use = [...layersOf(world, life, draw), session.layer]
    const agent = new Agent({
      model: this.#models.chief,
      tools: this.#tools,
      maxTurns: draw.between(2, 8),
      use,
      ...session.saved,
    })
    this.#session = session
    this.#agent = agent
    return { agent, life, session }
  }

  #choose(agent: Agent): Task {
    const runId = `run-${++this.#runs}`
    const kind = agent.pending.length > 0 ? this.#draw.next() : 1
    if (kind < 0.75) return { runId, answers: answersTo(agent, this.#world, this.#draw) }
    if (kind < 0.85) return { runId }
    const text = `Question ${this.#runs}. ${'Please. '.repeat(this.#draw.between(0, 20))}`
    return { runId, question: { role: 'user', id: runId, content: [{ type: 'text', text }] } }
  }

  /** As whoever takes over from a process that died: with what the store has, under the same run id. */
  #start(agent: Agent, session: Session, { runId, question, answers }: Task, signal: AbortSignal) {
    const options = { runId, signal }
    if (question) return agent.stream(session.hasBegun(runId) ? undefined : [question], options)
    const waiting = new Set(agent.pending.map(({ callId }) => callId))
    const open = Object.entries(answers ?? {}).filter(([callId]) => waiting.has(callId))
    return waiting.size > 0 ? agent.resumeStream(Object.fromEntries(open), options) : agent.stream(undefined, options)
  }

  async #follow(
    events: AsyncGenerator<AgentEvent, RunResult, void>,
    life: Life,
    disturbance: Disturbance,
    abort: () => void,
  ): Promise<Ending> {
    try {
      for (let count = 0; ; count++) {
        const pull = events.next()
        pull.catch(() => undefined)
        const next = await Promise.race([pull, life.death])
        if (next === 'dead' || life.isDead) return 'died'
        if (next.done) return 'ended'
        this.#note(next.value)
        if (!('at' in disturbance) || count !== disturbance.at) continue
        if (disturbance.type === 'abort') abort()
        if (disturbance.type === 'crash') {
          life.die()
          return 'died'
        }
        if (disturbance.type === 'leave') {
          await Promise.race([events.return(undefined as never), life.death])
          return life.isDead ? 'died' : 'left'
        }
      }
    } catch (error) {
      if (life.isDead) return 'died'
      if (!isAgentError(error) || !expectedCodes.includes(error.code)) {
        this.#world.problems.push(`the run failed: ${isAgentError(error) ? error.code : ''} ${String(error)}`)
      }
      return 'failed'
    }
  }

  #note(event: AgentEvent): void {
    if (event.type === 'child') this.#note(event.event)
    if (event.type === 'history' || event.type === 'model-retry') this.#count(event.type)
    if (event.type !== 'run-end') return
    const { status, pending } = event.result
    this.#count(status)
    for (const { state } of pending) {
      const left = Object(state) as { unfinished?: boolean; pending?: unknown }
      this.#count(left.pending ? 'a sub-agent waits' : left.unfinished ? 'nobody knows' : 'a call waits for a yes')
    }
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1)
  }

  #disturbance(): Disturbance {
    const draw = this.#draw
    const kind = draw.next()
    const at = draw.between(0, draw.chance(0.5) ? 15 : 80)
    if (kind < 0.4) return calm
    if (kind < 0.45) return { type: 'crash-after' }
    if (kind < 0.57) return { type: 'abort', at }
    if (kind < 0.67) return { type: 'leave', at }
    if (kind < 0.82) return { type: 'crash', at }
    const place = draw.pick<DeathPlace>(['journal', 'session', 'tool'])
    return { type: 'doom', place, at: draw.between(0, place === 'tool' ? 3 : 12) }
  }

  /** Every token that a model said it took is counted once. */
  #checkUsage(agent: Agent, ending: Ending): void {
    if (!this.#isExact) return
    this.#expectSame(agent.usage, this.#world.usage, `usage of the agent after it ${ending}`)
  }

  async #checkStore(): Promise<void> {
    const { saved } = await openSession(this.#world.sessions, 'talk')
    for (const message of saved.messages) {
      if (message.role === 'assistant' && message.usage) this.#committed.set(message.id ?? '', message.usage)
    }
    const least = [...this.#committed.values()].reduce(addUsage, noUsage)
    const [total, most] = [saved.usage.totalTokens, this.#world.usage.totalTokens]
    // A crash may lose what was not yet on record, and nothing may count twice.
    if (total < least.totalTokens || total > most) {
      this.#world.problems.push(`usage on record is ${total}, not from ${least.totalTokens} to ${most}`)
    }
    await this.#probe(saved.messages, 'in the store')
  }

  /** Asks the endpoint whether a conversation is in order as it stands. */
  async #probe(messages: readonly Message[], where: string): Promise<void> {
    if (messages.length === 0) return
    const question: Message = { role: 'user', content: [{ type: 'text', text: probeText }] }
    const tools = this.#tools.map(({ name, inputSchema }) => ({ name, inputSchema, execute: () => 'nothing' }))
    try {
      const run = runAgent({ model: this.#models.chief, tools, maxTurns: 1 }, [...messages, question])
      for await (const _event of run);
    } catch (error) {
      this.#world.problems.push(`the conversation ${where} is refused: ${String(error)}`)
    }
  }

  #expectSame(found: Usage, wanted: Usage, what: string): void {
    const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)]
    if (left !== right) this.#world.problems.push(`${what} is ${left}, not ${right}`)
  }
}
