import type { Middleware } from '@x/types'
import { layerOrder } from '@x/types'

/** Suspends calls of tools that need an approval; the answer is `{ approved: boolean }`. */
export const approval: Middleware = {
  name: 'approval',
  order: layerOrder.approval,
  async *tool(call, next) {
    if (!call.tool?.needsApproval) return yield* next(call)
    if (call.answer === undefined) return { type: 'suspended', reason: 'approval' }
    const { approved } = call.answer as { approved: boolean }
    if (approved) return yield* next({ ...call, approved: true })
    const content = [{ type: 'text', text: 'Denied.' } as const]
    return { type: 'result', result: { type: 'tool-result', id: call.call.id, content, isError: true } }
  },
}
