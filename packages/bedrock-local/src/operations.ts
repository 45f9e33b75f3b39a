import type { Answer } from './answer.js'
import type { Exchange } from './exchange.js'
import { sendConverse, sendConverseStream } from './send-answer.js'
import type { Outcome } from './strike.js'

/** One operation of Bedrock Runtime that this endpoint serves. */
export interface Operation {
  readonly name: 'Converse' | 'ConverseStream'
  readonly method: string
  /** Its one group is the model id, still percent-encoded. */
  readonly path: RegExp
  send(exchange: Exchange, answer: Answer): Promise<Outcome>
}

const operations: readonly Operation[] = [
  { name: 'Converse', method: 'POST', path: /^\/model\/([^/]*)\/converse$/, send: sendConverse },
  { name: 'ConverseStream', method: 'POST', path: /^\/model\/([^/]*)\/converse-stream$/, send: sendConverseStream },
]

/** Which operation a request line asks for, and of which model; `undefined` for none that is served here. */
export function findOperation(
  method: string,
  path: string,
): { readonly operation: Operation; readonly modelId: string } | undefined {
  const [pathname = ''] = path.split('?')
  for (const operation of operations) {
    const match = operation.method === method ? operation.path.exec(pathname) : null
    if (match) return { operation, modelId: decoded(match[1] ?? '') }
  }
  return undefined
}

function decoded(label: string): string {
  try {
    return decodeURIComponent(label)
  } catch {
    return label
  }
}
