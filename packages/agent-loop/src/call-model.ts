import type { AgentEvent, EventFold, ModelCall, ModelResult } from '@x/types'
import { AgentError, foldEvents, isAgentError } from '@x/types'

/**
 * The innermost model step: streams the answer out and folds it.
 * @throws AgentError, always with what had arrived in `partial`
 */
export async function* callModel(call: ModelCall): AsyncGenerator<AgentEvent, ModelResult, void> {
  const { run, key, model, request, config } = call
  const modelId = typeof config?.modelId === 'string' ? config.modelId : model.modelId
  const { provider, specVersion } = model
  if (specVersion !== 1) throw unknownSpec(modelId, specVersion)
  const fold = foldEvents({ provider, modelId })
  yield { type: 'model-start', key, provider, modelId }
  try {
    for await (const event of model.stream(request, { signal: run.signal, ...(config && { config }) })) {
      fold.push(event)
      yield event
    }
    const result = fold.result()
    if (result.stopReason === 'malformed') throw malformed(modelId, result)
    return result
  } catch (error) {
    throw withPartial(error, fold)
  }
}

function unknownSpec(modelId: string, specVersion: unknown): AgentError {
  return new AgentError('invalid-model', `${modelId} follows version ${specVersion} of the model contract, not 1.`, {
    hint: 'Take a release of @x/agent-loop that is as new as its provider, or an older provider.',
    scope: 'run',
  })
}

function malformed(modelId: string, { providerStopReason, message, usage }: ModelResult): AgentError {
  return new AgentError('model-failed', `${modelId} wrote an answer that the service could not read.`, {
    hint: `The service said ${providerStopReason}; the same request often works when it is sent again.`,
    retryable: true,
    partial: { message, usage },
  })
}

function withPartial(error: unknown, fold: EventFold): AgentError {
  const failure = isAgentError(error)
    ? error
    : new AgentError('internal', `The model failed: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
  const message = failure.partial?.message ?? fold.partial()
  if (message) failure.partial = { ...failure.partial, message }
  return failure
}
