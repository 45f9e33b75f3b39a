import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { isAgentError } from '@x/types'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Folder } from '../src/file-folder.js'
import { openFile, openPath, openRoot } from '../src/file-folder.js'
import { putText } from '../src/file-put.js'
import { makeFolder, toolsOf } from './folder.js'

const isLinux = process.platform === 'linux' && existsSync('/proc/self/fd')

/** Every tool that takes a path, on this one. */
const uses = (path: string): [string, object][] => [
  ['read_file', { path }],
  ['list_files', { path }],
  ['search_files', { path, query: 'SECRET' }],
  ['write_file', { path, content: 'broken', overwrite: true }],
  ['write_file', { path: `${path}/new.txt`, content: 'broken', overwrite: true }],
  ['edit_file', { path, oldText: 'SECRET', newText: 'broken' }],
]

describe('a link', () => {
  it.each([
    ['to a file outside', '../secret.txt'],
    ['to the folder outside', '..'],
    ['to an absolute path', '/etc'],
    ['to a file inside', 'inside.txt'],
    ['to itself', 'link'],
    ['to nothing', '../new.txt'],
  ])('%s is not followed by any tool', async (_kind, target) => {
    const { base, root, secret } = await makeFolder({ 'inside.txt': 'SECRET' })
    await symlink(target, join(root, 'link'))
    for (const [name, input] of uses('link')) {
      await expect(toolsOf(root)(name, input), `${name} ${target}`).rejects.toMatchObject({
        code: 'access-denied',
        message: '"link" is a link, and links are not followed.',
      })
    }
    expect(await readFile(secret, 'utf8')).toBe('SECRET')
    expect((await readdir(base)).sort()).toEqual(['root', 'secret.txt'])
  })

  it('on the way is not followed either', async () => {
    const { base, root } = await makeFolder({ 'a/b': '' })
    await symlink(base, join(root, 'a', 'up'))
    for (const [name, input] of uses('a/up/secret.txt')) {
      await expect(toolsOf(root)(name, input)).rejects.toMatchObject({ code: 'access-denied' })
    }
  })

  it('is passed over by lists and searches', async () => {
    const { base, root } = await makeFolder({ 'a.txt': 'mine' })
    await symlink(base, join(root, 'up'))
    await symlink('up/secret.txt', join(root, 'file'))
    const call = toolsOf(root)
    expect(await call('search_files', { query: 'SECRET' })).toBe('(Nothing was found in 1 files.)')
    expect(await call('list_files', { depth: 9 })).toBe(
      'a.txt 4\nfile (a link, not followed)\nup (a link, not followed)',
    )
  })
})

describe('a path that is denied', () => {
  it.each([
    '.git/config',
    '.GIT/hooks/pre-commit',
    '.env',
    '.Env.local',
    'a/.env',
    'deep/id.PEM',
    '.ssh/x',
    '.g\u200cit/x',
  ])('is not touched by any tool: %s', async (path) => {
    const { root } = await makeFolder({ [path]: 'SECRET' })
    for (const [name, input] of uses(path)) {
      await expect(toolsOf(root)(name, input)).rejects.toMatchObject({
        code: 'access-denied',
        message: expect.stringContaining('is not to be touched'),
      })
    }
    expect(String(await toolsOf(root)('search_files', { query: 'SECRET' }))).toContain('Nothing was found')
  })
})

describe.runIf(process.platform !== 'win32')('what is no regular file', () => {
  it('is refused at once: FIFOs, sockets and devices', async () => {
    const { root } = await makeFolder()
    execFileSync('mkfifo', [join(root, 'fifo')])
    const server = createServer().listen(join(root, 'socket'))
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const call = toolsOf(root)
    for (const path of ['fifo', 'socket']) {
      await expect(call('read_file', { path })).rejects.toThrow(`"${path}" is not a regular file.`)
      await expect(call('write_file', { path, content: 'x', overwrite: true })).rejects.toThrow('not a regular file')
      await expect(call('edit_file', { path, oldText: 'x', newText: 'y' })).rejects.toThrow('not a regular file')
    }
    expect(await call('search_files', { query: 'x' })).toBe('(Nothing was found in 0 files.)')
    const devices = await openRoot('/dev')
    await expect(openFile(devices, 'zero')).rejects.toThrow('"zero" is not a regular file.')
    await devices.close()
  })

  it('is not waited for when it takes the place of a file between look and opening', async () => {
    const { root } = await makeFolder()
    execFileSync('mkfifo', [join(root, 'fifo')])
    const folder = await openRoot(root)
    // A folder whose look shows a file and whose opening meets the FIFO.
    await writeFile(join(root, 'file'), '')
    let looks = 0
    const lying: Folder = { ...folder, pathOf: () => folder.pathOf(looks++ === 0 ? 'file' : 'fifo') }
    await expect(openFile(lying, 'file')).rejects.toThrow('is not a regular file')
    await folder.close()
  })
})

describe.each([
  ['held open', true],
  ['by paths', false],
])('folders %s', (_kind, useHandles) => {
  const usable = isLinux || !useHandles

  it.runIf(usable)('lead to files, and not through links', async () => {
    const { base, root } = await makeFolder({ 'a/b/c.txt': 'text' })
    await symlink(base, join(root, 'up'))
    const top = await openRoot(root, useHandles)
    const folder = await openPath(top, ['a', 'b'])
    const { handle } = await openFile(folder, 'c.txt')
    expect(await handle.readFile('utf8')).toBe('text')
    await handle.close()
    await expect(openPath(top, ['up'])).rejects.toThrow('"up" is a link, and links are not followed.')
    await expect(openPath(top, ['up', 'root'])).rejects.toThrow('"up" is a link')
    await expect(openPath(top, ['a', 'b', 'c.txt'])).rejects.toMatchObject({ code: 'ENOTDIR' })
    await folder.close()
    await top.close()
  })

  it.runIf(usable)('that are swapped for a link after they were entered lead nowhere else', async () => {
    const { base, root } = await makeFolder({ 'a/secret.txt': 'mine' })
    const top = await openRoot(root, useHandles)
    const folder = await openPath(top, ['a'])
    await rename(join(root, 'a'), join(root, 'moved'))
    await symlink(base, join(root, 'a'))
    if (useHandles) {
      const { handle } = await openFile(folder, 'secret.txt')
      expect(await handle.readFile('utf8')).toBe('mine')
      await handle.close()
    } else await expect(openFile(folder, 'secret.txt')).rejects.toThrow('changed while it was used')
    const put = await putText(folder, 'new.txt', 'SPILLED', undefined).catch((error) => error)
    if (!useHandles) expect(isAgentError(put, 'access-denied')).toBe(true)
    expect((await readdir(base)).sort()).toEqual(['root', 'secret.txt'])
    await folder.close()
    await top.close()
  })
})

describe.runIf(isLinux)('a race', () => {
  it('against somebody who swaps folders and links all the time is never lost', async () => {
    const { base, root } = await makeFolder({ 'a/secret.txt': 'mine', 'b/secret.txt': 'mine' })
    await symlink('..', join(root, 'link'))
    await mkdir(join(base, 'drop'))
    const swapper = startSwapper(root)
    const call = toolsOf(root, { needsApproval: false })
    const seen = new Set<string>()
    const startedMs = performance.now()
    const passedMs = () => performance.now() - startedMs
    const isRun = () => seen.has('mine') && seen.has('access-denied')
    for (let count = 0; passedMs() < 4_000 || (!isRun() && passedMs() < 40_000); count += 1) {
      const outcomes = await Promise.all([
        call('read_file', { path: 'a/secret.txt' }).catch(codeOf),
        call('search_files', { query: 'SECRET' }).catch(codeOf),
        call('write_file', { path: `a/drop/${count}.txt`, content: 'SPILLED' }).catch(codeOf),
        call('write_file', { path: 'a/spilled.txt', content: 'SPILLED', overwrite: true }).catch(codeOf),
      ])
      for (const outcome of outcomes) {
        expect(String(outcome)).not.toContain('SECRET')
        seen.add(String(outcome).slice(0, 14))
      }
    }
    await swapper.terminate()
    // The race was run: the folder was met as itself and as a link.
    expect(isRun()).toBe(true)
    expect((await readdir(base)).sort()).toEqual(['drop', 'root', 'secret.txt'])
    expect(await readdir(join(base, 'drop'))).toEqual([])
  })
})

function codeOf(error: unknown): string {
  return isAgentError(error) ? error.code : `not an AgentError: ${error}`
}

/** Makes `a` by turns a folder and a link to what is above the root, from a thread of its own. */
function startSwapper(root: string): Worker {
  const swap = `
    const { renameSync, symlinkSync } = require('node:fs')
    const { workerData: root } = require('node:worker_threads')
    for (let count = 0; ; count += 1) {
      try {
        renameSync(root + '/a', root + '/folder')
        renameSync(root + '/link', root + '/a')
        renameSync(root + '/a', root + '/link')
        renameSync(root + '/folder', root + '/a')
      } catch {
        // A tool made a folder of that name while there was none: out of the way with it.
        try { renameSync(root + '/a', root + '/aside' + count) } catch {}
        try { symlinkSync('..', root + '/link') } catch {}
        try { renameSync(root + '/folder', root + '/a') } catch {}
      }
    }`
  const worker = new Worker(swap, { eval: true, workerData: root })
  onTestFinished(() => void worker.terminate())
  return worker
}
