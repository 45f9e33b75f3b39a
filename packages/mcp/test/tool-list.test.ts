import { describe, expect, it } from 'vitest'
import { connectTo, fakeServer, plainTool } from './helpers.js'

function paged(page: (cursor: string | undefined) => unknown) {
  const fake = fakeServer([])
  const handlers = (fake.server as unknown as { _requestHandlers: Map<string, unknown> })._requestHandlers
  handlers.set('tools/list', async ({ params }: { params?: { cursor?: string } }) => page(params?.cursor))
  return connectTo(fake)
}

describe('a list of tools', () => {
  it('is read to its last page', async () => {
    const server = await paged((cursor) =>
      cursor === undefined ? { tools: [plainTool('a')], nextCursor: 'x' } : { tools: [plainTool('b')] },
    )
    expect(server.tools.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it.each([
    ['pages without end', () => ({ tools: [], nextCursor: 'again' }), 'more than 1000 tools or 100 pages'],
    [
      'too many tools',
      () => ({ tools: Array.from({ length: 1001 }, (_, n) => plainTool(`t${n}`)) }),
      'more than 1000 tools',
    ],
    ['no list', () => ({ tools: 'none' }), 'gave no list of tools'],
  ])('is refused with %s', async (_what, page, message) => {
    await expect(paged(page)).rejects.toMatchObject({
      code: 'invalid-output',
      message: expect.stringContaining(message),
    })
  })

  it('leaves out tools that can only be called as tasks', async () => {
    const server = await paged(() => ({
      tools: [
        plainTool('a', { execution: { taskSupport: 'required' } }),
        plainTool('b', { execution: { taskSupport: 'optional' } }),
      ],
    }))
    expect(server.tools.map(({ name }) => name)).toEqual(['b'])
  })
})
