import type { RecordedRequest } from './answer-request.js'

/** What an endpoint remembers of its requests. */
export interface RequestLog {
  /** Oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** Answers since the start by operation and HTTP status. */
  readonly counts: { readonly [operation: string]: { readonly [status: string]: number } }
  /** Requests whose answer is not over. */
  readonly pending: number
  add(request: RecordedRequest): void
  /** Called once for each, when its answer is over. */
  done(request: RecordedRequest): void
}

/** Keeps the last `limit` requests, and counts all. */
export function requestLog(limit: number): RequestLog {
  const requests: RecordedRequest[] = []
  const counts: { [operation: string]: { [status: string]: number } } = {}
  let pending = 0
  return {
    requests,
    counts,
    get pending() {
      return pending
    },
    add(request) {
      pending++
      requests.push(request)
      if (requests.length > limit) requests.shift()
    },
    done({ operation, status = 0 }) {
      pending--
      counts[operation] ??= {}
      const byStatus = counts[operation]
      byStatus[status] = (byStatus[status] ?? 0) + 1
    },
  }
}
