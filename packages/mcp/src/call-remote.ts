import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Progress } from '@modelcontextprotocol/sdk/types.js'
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { JsonObject, JsonValue, ToolResultContent } from '@x/types'
import { AgentError } from '@x/types'
import { throwIfAborted, whileLinked } from './abort.js'
import { checkOutput } from './check-output.js'
import type { Answered, AskedCall, Elicitation } from './elicitation.js'
import { fromToolContent } from './from-content.js'
import { asObject } from './json.js'
import type { RemoteTool } from './remote-tool.js'

/** One attempt to call a tool of a server. */
export interface RemoteCall {
  readonly input: JsonValue
  readonly signal: AbortSignal
  readonly onProgress: (progress: JsonValue) => void
  readonly answers: readonly Answered[]
}

export type RemoteOutcome =
  | { readonly type: 'result'; readonly content: readonly ToolResultContent[]; readonly isError: boolean }
  | { readonly type: 'suspended'; readonly question: Elicitation }

export interface CallLimits {
  /** Without a sign of life. */
  readonly timeoutMs: number
  /** Whatever the server tells meanwhile. */
  readonly totalTimeoutMs: number
  readonly maxResultBytes: number
}

/**
 * Calls a tool. Progress resets `timeoutMs`; an abort, a timeout and a suspension tell the server that the call is off.
 * @throws AgentError `invalid-tool-input`, `aborted`, `invalid-output`; else what the SDK throws
 */
export async function callRemote(
  client: Client,
  tool: RemoteTool,
  call: RemoteCall,
  { limits, underWay }: { readonly limits: CallLimits; readonly underWay: Set<AskedCall> },
): Promise<RemoteOutcome> {
  const input = asObject(call.input)
  if (!input) throw new AgentError('invalid-tool-input', `The input of ${tool.localName} must be an object.`)
  const { timeoutMs, totalTimeoutMs, maxResultBytes } = limits

  return whileLinked(call.signal, async (linked) => {
    let question: Elicitation | undefined
    const asked: AskedCall = {
      name: tool.localName,
      input,
      answers: call.answers,
      suspend(asking) {
        question ??= asking
        linked.abort('The question will be answered later; the call is made again then.')
      },
    }
    underWay.add(asked)
    try {
      const result = await client.request(
        { method: 'tools/call', params: { name: tool.name, arguments: { ...input } } },
        // Read without the SDK's own schema, which fails the whole result for one block of a new kind.
        ResultSchema,
        {
          signal: linked.signal,
          timeout: timeoutMs,
          maxTotalTimeout: totalTimeoutMs,
          resetTimeoutOnProgress: true,
          onprogress: (progress) => call.onProgress(fromProgress(progress)),
        },
      )
      return await toOutcome(tool, result as JsonObject, maxResultBytes)
    } catch (error) {
      throwIfAborted(call.signal)
      if (question) return { type: 'suspended', question }
      throw error
    } finally {
      underWay.delete(asked)
    }
  })
}

async function toOutcome(tool: RemoteTool, result: JsonObject, maxBytes: number): Promise<RemoteOutcome> {
  const { parts, structured } = fromToolContent(result, maxBytes)
  const isError = result.isError === true
  if (structured && tool.outputSchema && !isError) await checkOutput(tool.localName, tool.outputSchema, structured)
  const content: ToolResultContent[] = structured ? [...parts, { type: 'json', value: structured }] : [...parts]
  return { type: 'result', content: content.length > 0 ? content : [{ type: 'text', text: '(no output)' }], isError }
}

function fromProgress({ progress, total, message }: Progress): JsonValue {
  return {
    progress,
    ...(total !== undefined && { total }),
    ...(message !== undefined && { message: message.slice(0, 1000) }),
  }
}
