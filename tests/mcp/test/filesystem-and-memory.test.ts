import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { McpTools } from '@x/mcp'
import { mcpTools } from '@x/mcp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approveAll, drive, named, scriptedAgent } from '../src/drive.js'
import { publishedServer } from '../src/servers.js'

let folder: string
let server: McpTools
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'mcp-files-')))
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const textOf = (part: unknown) => (part as { text?: string } | undefined)?.text

describe('server-filesystem', () => {
  beforeEach(async () => {
    server = await mcpTools(publishedServer('filesystem', [folder]), { prefix: 'fs_' })
  })

  it('asks for an approval before it overwrites or moves anything, and for none before it reads', () => {
    const needing = server.tools.filter(({ needsApproval }) => needsApproval).map(({ name }) => name)
    expect(needing.sort()).toEqual(['fs_edit_file', 'fs_move_file', 'fs_write_file'])
    expect(named(server.tools, 'fs_read_text_file').annotations).toMatchObject({ readOnly: true, openWorld: false })
  })

  it('does not write when nobody approves', async () => {
    const path = join(folder, 'a.txt')
    const { results } = await drive(scriptedAgent(server.tools, [['fs_write_file', { path, content: 'x' }]], []))
    expect(results).toMatchObject([
      { isError: true, content: [{ text: expect.stringContaining('needs an approval') }] },
    ])
    await expect(readFile(path)).rejects.toThrow('ENOENT')
  })

  it('reads and writes for an agent, and refuses what is outside its folder', async () => {
    const path = join(folder, 'a.txt')
    const { results } = await drive(
      scriptedAgent(
        server.tools,
        [
          ['fs_write_file', { path, content: 'hello' }],
          ['fs_read_text_file', { path }],
          ['fs_read_text_file', { path: '/etc/hostname' }],
        ],
        [approveAll],
      ),
    )
    expect(await readFile(path, 'utf8')).toBe('hello')
    expect(results[1]?.content).toEqual([{ type: 'json', value: { content: 'hello' } }])
    expect(results[2]).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('outside allowed') }] })
  })

  it('gives an image as an image', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    await mkdir(join(folder, 'pictures'))
    await writeFile(join(folder, 'pictures', 'dot.png'), png)
    const path = join(folder, 'pictures', 'dot.png')
    const { results } = await drive(scriptedAgent(server.tools, [['fs_read_media_file', { path }]]))
    const source = { type: 'base64', base64: png.toString('base64') }
    expect(results[0]?.content).toEqual([{ type: 'image', format: 'png', source }])
  })

  it('has its answer cut to size', async () => {
    await writeFile(join(folder, 'big.txt'), 'x'.repeat(200_000))
    await using small = await mcpTools(publishedServer('filesystem', [folder]), { maxResultBytes: 1000 })
    const { results } = await drive(scriptedAgent(small.tools, [['read_text_file', { path: join(folder, 'big.txt') }]]))
    expect(JSON.stringify(results[0]).length).toBeLessThan(1500)
  })
})

describe('server-memory', () => {
  it('remembers for an agent, over the life of two processes', async () => {
    const env = { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') }
    const entities = [{ name: 'Ann', entityType: 'person', observations: ['likes tea'] }]
    server = await mcpTools(publishedServer('memory', [], env))
    await drive(scriptedAgent(server.tools, [['create_entities', { entities }]], []))
    await server.close()

    server = await mcpTools(publishedServer('memory', [], env))
    const { results } = await drive(
      scriptedAgent(server.tools, [['read_graph'], ['delete_entities', { entityNames: ['Ann'] }]], []),
    )
    expect(results[0]?.content).toEqual([{ type: 'json', value: { entities, relations: [] } }])
    expect(textOf(results[1]?.content[0])).toContain('needs an approval')
    expect(await readFile(env.MEMORY_FILE_PATH, 'utf8')).toContain('likes tea')
  })
})
