import { AgentError } from '@x/types'

/**
 * Gives `work` a signal that follows `signal` only while it works. The SDK never takes its listeners off again, and an
 * abort much later would cancel a request that has long been answered; the reason, which it sends to the server, is ours.
 */
export async function whileLinked<Result>(
  signal: AbortSignal | undefined,
  work: (linked: AbortController) => Promise<Result>,
): Promise<Result> {
  const linked = new AbortController()
  const follow = () => linked.abort('The caller no longer needs it.')
  if (signal?.aborted) follow()
  signal?.addEventListener('abort', follow, { once: true })
  try {
    return await work(linked)
  } finally {
    signal?.removeEventListener('abort', follow)
  }
}

/** Waits for `work`, but no longer than until the abort. */
export async function untilAborted<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  throwIfAborted(signal)
  let onAbort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(abortError(signal))
    signal?.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw abortError(signal)
}

function abortError(signal?: AbortSignal): AgentError {
  return new AgentError('aborted', 'The run was aborted while an MCP server was at work.', {
    scope: 'run',
    cause: signal?.reason,
  })
}
