import { readFileSync, writeFileSync } from 'node:fs'
import type { TraceSpan } from '@x/telemetry'
import { formatTrace, otel } from '@x/telemetry'
import { startTelemetry } from '@x/telemetry/setup'
import { assist } from './assist.js'
import type { OtlpSpan, OtlpTraces } from './otlp.js'
import { plain } from './otlp.js'
import { startReceiver } from './start-receiver.js'

/* The picture of a run in the guide, and the OTLP that it is drawn from. */

const guideFile = new URL('../../../docs/telemetry.md', import.meta.url)
const traceFile = new URL('../../../docs/telemetry-trace.json', import.meta.url)

/** The run, at the pace of a model, as a collector gets it. */
export async function recordRun(): Promise<OtlpTraces> {
  await using receiver = await startReceiver()
  const telemetry = await startTelemetry({
    ...{ endpoint: receiver.url, serviceName: 'desk', metrics: false, flushAtExit: false },
  })
  const prices = { 'anthropic.claude-sonnet-4-6': { input: 3, output: 15 } }
  for await (const _ of assist([otel({ prices })], { firstDelayMs: 90, delayMs: 15 })) {
    // To the end.
  }
  await telemetry.shutdown()
  const { traces } = await receiver.received()
  return { resourceSpans: traces.flatMap(({ resourceSpans }) => resourceSpans) }
}

export function spansOf({ resourceSpans }: OtlpTraces): readonly OtlpSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

export function draw(traces: OtlpTraces): string {
  return formatTrace(spansOf(traces).map(toTraceSpan), { width: 128 })
}

export function savedTraces(): OtlpTraces {
  return JSON.parse(readFileSync(traceFile, 'utf8')) as OtlpTraces
}

export function savedPicture(): string {
  return section(readFileSync(guideFile, 'utf8'), 'text')
}

export function savedExcerpt(): OtlpSpan {
  return JSON.parse(section(readFileSync(guideFile, 'utf8'), 'json')) as OtlpSpan
}

/** Writes both anew. */
export function savePicture(traces: OtlpTraces): void {
  const excerpt = spansOf(traces).find(({ name }) => name === 'execute_tool ask_status')
  const drawn = replaceSection(readFileSync(guideFile, 'utf8'), 'text', draw(traces))
  writeFileSync(guideFile, replaceSection(drawn, 'json', toJson(excerpt)))
  writeFileSync(traceFile, `${JSON.stringify(traces, null, 2)}\n`)
}

/** The block behind the picture's mark. */
function section(guide: string, kind: 'text' | 'json'): string {
  const found = pattern(kind).exec(guide)?.[2]
  if (found === undefined) throw new Error(`docs/telemetry.md has no picture of kind ${kind}.`)
  return found
}

function replaceSection(guide: string, kind: 'text' | 'json', text: string): string {
  return guide.replace(pattern(kind), (_, before: string, _text: string, after: string) => before + text + after)
}

function pattern(kind: 'text' | 'json'): RegExp {
  return new RegExp(`(<!-- picture: ${kind} -->\n+\`\`\`${kind}\n)([\\s\\S]*?)(\n\`\`\`)`)
}

/** Attributes on a line each. */
function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /\{\s+"key": ("[^"]+"),\s+"value": \{\s+("\w+": [^\n{]+)\s+\}\s+\}/g,
    '{ "key": $1, "value": { $2 } }',
  )
}

function toTraceSpan(span: OtlpSpan): TraceSpan {
  const { name, traceId, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano, attributes, events, status } = span
  return {
    ...{ name, status, attributes: plain(attributes) },
    spanContext: () => ({ traceId, spanId }),
    ...(parentSpanId && { parentSpanContext: { traceId, spanId: parentSpanId } }),
    startTime: toTime(BigInt(startTimeUnixNano)),
    duration: toTime(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)),
    events: events.map((event) => ({
      name: event.name,
      time: toTime(BigInt(event.timeUnixNano)),
      attributes: plain(event.attributes),
    })),
  }
}

function toTime(nanoseconds: bigint): [number, number] {
  return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)]
}
