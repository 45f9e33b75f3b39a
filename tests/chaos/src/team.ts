import { setTimeout as sleep } from 'node:timers/promises'
import { agentTool } from '@x/agent-loop/agent-tool'
import { approval } from '@x/agent-loop/approval'
import { budget } from '@x/agent-loop/budget'
import { compact } from '@x/agent-loop/compact'
import { journal } from '@x/agent-loop/journal'
import { loopGuard } from '@x/agent-loop/loop-guard'
import { retry } from '@x/agent-loop/retry'
import type { Middleware, Model, Tool } from '@x/types'
import { isAgentError } from '@x/types'
import type { Life } from './life.js'
import type { Lots } from './lots.js'
import type { World } from './world.js'

const secret = 'sixteen characters'
const inputSchema = { type: 'object', properties: { prompt: { type: 'string' } } } as const

/** The tools of a process: what may be done twice, what may not, what needs a yes, and an agent that has them too. */
export function teamOf(world: World, life: Life, draw: Lots, clerkModel: Model): readonly Tool[] {
  const tool = (name: string, does: (text: string) => string, rest: Partial<Tool> = {}): Tool => ({
    ...{ name, inputSchema, ...rest },
    execute: (_input, context) =>
      life.reach('tool', async () => {
        if (!rest.annotations?.readOnly) world.onEffect(name, context)
        context.emit('working')
        if (draw.chance(0.3)) await sleep(draw.between(0, 4), undefined, { signal: context.signal })
        return does(`${name}: `)
      }),
  })
  const read = tool('read', (text) => text + 'page '.repeat(draw.between(1, 200)), { annotations: { readOnly: true } })
  const pay = tool('pay', (text) => `${text}paid`)
  const send = tool('send', (text) => `${text}sent`, { needsApproval: true })
  const fail = tool('fail', (text) => {
    throw new Error(`${text}it broke`)
  })
  const own = [read, pay, send, fail]
  const clerk = agentTool({
    name: 'clerk',
    description: 'Does it for you.',
    model: clerkModel,
    tools: own,
    maxTurns: 6,
  })
  return [...own, clerk]
}

export function layersOf(world: World, life: Life, draw: Lots): readonly Middleware[] {
  const summary = draw.chance(0.5)
  return [
    journal(world.journalOf(life)),
    approval({ secret }),
    retry({ baseDelayMs: 1, maxDelayMs: 3 }),
    compact({ maxTokens: 900, targetTokens: 450, summary }),
    loopGuard(),
    ...(draw.chance(0.2) ? [budget({ toolCalls: draw.between(3, 12) })] : []),
    ledger(world, life),
  ]
}

/** Counts what models took, as near to them as can be; on the inside of the journal, which would count it again. */
function ledger(world: World, life: Life): Middleware {
  return {
    name: 'ledger',
    order: 1000,
    inherited: 'always',
    async *model(call, next) {
      try {
        const result = yield* next(call)
        if (!life.isDead) world.spend(result.usage)
        return result
      } catch (error) {
        if (!life.isDead && isAgentError(error)) world.spend(error.partial?.usage)
        throw error
      }
    },
  }
}
