import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Agent, defineTool } from '@x/agent'
import { otel } from '@x/telemetry'

// Your own OpenTelemetry set-up; here the spans stay in memory.
const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
trace.setGlobalTracerProvider(provider)
context.setGlobalContextManager(new AsyncLocalStorageContextManager())

const ping = defineTool({ name: 'ping', description: 'Pings the server.', execute: () => 'pong' })
const agent = new Agent({ name: 'monitor', tools: [ping], use: [otel()] })
await agent.run('Ping the server.')

const spans = exporter.getFinishedSpans()
const nameOf = (id: string | undefined) => spans.find((span) => span.spanContext().spanId === id)?.name
for (const span of spans) {
  console.log(
    span.name,
    '<',
    nameOf(span.parentSpanContext?.spanId) ?? '-',
    span.attributes['gen_ai.usage.input_tokens'] !== undefined,
  )
}

/* prints
chat
< invoke_agent monitor true
execute_tool ping < invoke_agent monitor
chat
< invoke_agent monitor true
invoke_agent monitor < -
*/
