import { trace } from '@opentelemetry/api'
import { runAgent } from '@x/agent-loop'
import { agentTool } from '@x/agent-loop/agent-tool'
import { retry } from '@x/agent-loop/retry'
import type {
  BedrockLocalOptions,
  LocalGuardrail,
  LocalRequest,
  Reply,
  ReplyFunction,
  ReplyParts,
} from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import { bedrock } from '@x/provider-bedrock'
import { extract } from '@x/structured'
import { defineTool } from '@x/tools'
import type { AgentEvent, Middleware, RunResult } from '@x/types'
import { z } from 'zod'

const guardrail: LocalGuardrail = { id: 'gr1', pii: [{ type: 'EMAIL', action: 'ANONYMIZE' }] }

const ticket = z.object({ title: z.string(), severity: z.enum(['low', 'high']) })

/** How long the model takes. */
export type Pace = Pick<BedrockLocalOptions, 'firstDelayMs' | 'delayMs'>

/**
 * A run that has everything: two tools at once, a model call that is throttled and asked again, a guardrail that masks
 * an address, a typed answer that is right at the second attempt, and an agent below the agent. It goes through the
 * real provider and AWS SDK to an endpoint on this machine.
 */
export async function* assist(
  use: readonly Middleware[],
  pace: Pace = {},
): AsyncGenerator<AgentEvent, RunResult, void> {
  const local = await startBedrockLocal({ reply: replies(), guardrails: [guardrail], ...pace })
  const model = bedrock('us.anthropic.claude-sonnet-4-6', {
    region: 'us-east-1',
    endpoint: local.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    guardrail: { id: 'gr1', version: 'DRAFT' },
    maxTokens: 400,
    temperature: 0.2,
    stopSequences: ['END'],
  })
  const scout = agentTool({
    name: 'scout',
    description: 'Reads tickets.',
    model,
    system: 'You are the scout.',
    tools: [readTicket],
  })
  const config = {
    ...{ model, name: 'chief', system: 'You are the chief.', tools: [askStatus, scout] },
    use: [retry({ baseDelayMs: 20, random: () => 1 }), ...use],
  }
  const question = { role: 'user', content: [{ type: 'text', text: 'How bad is ticket 7?' }] } as const
  try {
    return yield* runAgent(config, [question])
  } finally {
    await local.close()
  }
}

const askStatus = defineTool({
  name: 'ask_status',
  description: 'Asks the status page.',
  input: z.object({ service: z.string() }),
  async execute() {
    // What an instrumentation of fetch does.
    return trace.getTracer('http').startActiveSpan('GET', async (span) => {
      await new Promise((resolve) => setTimeout(resolve, 10))
      span.end()
      return 'degraded'
    })
  },
})

const readTicket = defineTool({
  name: 'read_ticket',
  description: 'Reads a ticket.',
  input: z.object({ number: z.number() }),
  async execute(_, { model, run }) {
    const prompt = 'Ticket 7: checkout is down.'
    const { output } = await extract({ model, schema: ticket, prompt, mode: 'tool', parent: run })
    return output
  },
})

function replies(): ReplyFunction {
  let throttled = false
  let attempts = 0
  return ({ body }) => {
    const said = JSON.stringify(body.system ?? '')
    const hasResults = JSON.stringify(body.messages).includes('toolResult')
    if (said.includes('chief')) {
      if (hasResults) return 'Ticket 7 is severe. Write to ops@example.org.'
      if (throttled) return calls(['ask_status', { service: 'checkout' }], ['scout', { prompt: 'Read ticket 7.' }])
      throttled = true
      return { content: [{ text: 'Let me' }], fault: throttle }
    }
    if (said.includes('scout')) return hasResults ? 'It is of high severity.' : calls(['read_ticket', { number: 7 }])
    attempts += 1
    return calls([toolOf(body), attempts === 1 ? { title: 'Checkout' } : { title: 'Checkout', severity: 'high' }])
  }
}

const throttle: NonNullable<ReplyParts['fault']> = {
  type: 'exception',
  error: 'ThrottlingException',
  message: 'Too many requests.',
  afterFrames: 1,
}

function calls(...named: readonly (readonly [string, object])[]): Reply {
  return { content: named.map(([name, input]) => ({ toolUse: { name, input: { ...input } } })) }
}

/** The tool that the typed answer is asked for by. */
function toolOf({ toolConfig }: LocalRequest['body']): string {
  return toolConfig?.tools?.[0]?.toolSpec?.name ?? ''
}
