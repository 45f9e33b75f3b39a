import { Agent, extract, textOf } from '@x/agent'
import { formatTrace, traceOf } from '@x/telemetry/trace'
import type { Model } from '@x/types'
import { z } from 'zod'
import { showEvents } from './show-events.js'
import { tools } from './tools.js'

const booking = z.object({
  passenger: z.string(),
  email: z.string(),
  from: z.string(),
  to: z.string(),
  date: z.string().describe('ISO date'),
  bags: z.number().int(),
})

const bookingText =
  'Passenger: Maria Silva, email maria.silva@example.com. From: Lisbon. To: Oslo. Date: 2026-12-03. Bags: 2.'

export interface Screen {
  write(text: string): void
  /** Characters a line may have. */
  readonly width?: number
  /** It is a terminal that knows colours. */
  readonly color?: boolean
}

/** The demo's main job: an agent answers with tools, a schema is filled from a text, and what it took is shown. */
export async function runDemo(model: Model, question: string, { write, ...screen }: Screen): Promise<void> {
  const agent = new Agent({ model, system: 'Use your tools for facts. Answer in one or two sentences.', tools })
  const show = showEvents(write)

  write(`\nYou: ${question}\n\n`)
  const trace = traceOf(agent.stream(question))
  for await (const event of trace) {
    show(event)
    // Throws unless the answer is whole.
    if (event.type === 'run-end') textOf(event.result)
  }

  write(`\nA typed answer from: ${bookingText}\n\n`)
  const { output, mode, usage } = await extract({
    model,
    schema: booking,
    prompt: `Fill in the booking. ${bookingText}`,
  })
  write(`${JSON.stringify(output, null, 2)}\n  by ${mode}, ${usage.totalTokens} tokens\n`)

  if (trace.tree) write(`\nWhat the agent did:\n\n${formatTrace(trace.tree, screen)}\n`)
}
