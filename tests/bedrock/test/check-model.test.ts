import { NodeHttpHandler } from '@smithy/node-http-handler'
import { bedrock } from '@x/provider-bedrock'
import { checkModel, formatReport } from '@x/types/testing'
import { describe, expect, it } from 'vitest'
import { checkScenarios } from '../src/check-scenarios.js'

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const transports = [
  ['HTTP/2', () => ({})],
  ['HTTP/1.1', () => ({ requestHandler: new NodeHttpHandler() })],
] as const

describe.each(transports)('the conformance kit over %s', (_transport, handler) => {
  it.each([
    { operation: 'ConverseStream', streaming: true, missing: [] },
    // A whole reply holds arguments as JSON, and it ends.
    { operation: 'Converse', streaming: false, missing: ["scenarios['malformed-call']", 'scenarios.endless'] },
  ])('is passed by $operation', async ({ streaming, missing }) => {
    const clientConfig = { ...handler(), maxAttempts: 1 }
    const credentials = { accessKeyId: 'local', secretAccessKey: 'a-secret-access-key' }
    await using wires = await checkScenarios(
      (endpoint) => bedrock(claude, { region: 'us-east-1', endpoint, credentials, streaming, clientConfig }),
      streaming,
    )
    const report = await checkModel(wires.model, wires.options)
    expect(report.passed, formatReport(report)).toBe(true)
    expect(report.checks.flatMap(({ give = [] }) => give)).toEqual(missing)
  })
})
