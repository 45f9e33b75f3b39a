import { spawn } from 'node:child_process'
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { lockFile } from '../src/lock-file.js'
import { temporaryFolder } from './temporary-folder.js'

afterEach(() => vi.useRealTimers())

const target = async () => join(await temporaryFolder(), 'target')

/** The parts of the claim that this process makes: place, process, start, a name of its own. */
async function ownClaim(path: string): Promise<readonly string[]> {
  const lock = await lockFile(path, 0)
  const [claim = ''] = await readdir(`${path}.lock`)
  await lock.release()
  return claim.split('.')
}

async function putClaim(path: string, parts: readonly (string | undefined)[], ageMs = 0): Promise<void> {
  await mkdir(`${path}.lock`, { recursive: true })
  const claim = join(`${path}.lock`, parts.join('.'))
  await writeFile(claim, ' ')
  const time = new Date(Date.now() - ageMs)
  await utimes(claim, time, time)
}

async function deadProcess(): Promise<string> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.on('exit', resolve))
  return String(child.pid)
}

test('one holder at a time, and nothing is left behind', async () => {
  const path = await target()
  let inside = 0
  let most = 0
  const work = async () => {
    const lock = await lockFile(path, 30_000)
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 1))
    inside -= 1
    await lock.release()
  }
  await Promise.all(Array.from({ length: 20 }, work))
  expect(most).toBe(1)
  await expect(readdir(`${path}.lock`)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('who waits too long is told who has it', async () => {
  const path = await target()
  const lock = await lockFile(path, 0)
  await expect(lockFile(path, 20)).rejects.toMatchObject({
    code: 'conflict',
    scope: 'run',
    message: expect.stringContaining(`in use by process ${process.pid}`),
  })
  await lock.release()
  await (await lockFile(path, 0)).release()
})

describe('the claim of a process that is gone is taken over at once', () => {
  test('when there is no such process', async () => {
    const path = await target()
    const [place] = await ownClaim(path)
    await putClaim(path, [place, await deadProcess(), '1', 'x'])
    await (await lockFile(path, 0)).release()
  })

  test.runIf(process.platform === 'linux')('when its number belongs to another process by now', async () => {
    const path = await target()
    const [place, pid] = await ownClaim(path)
    await putClaim(path, [place, pid, '1', 'x'])
    await (await lockFile(path, 0)).release()
  })
})

describe('a process that cannot be seen from here', () => {
  test('holds its lock while it touches its claim', async () => {
    const path = await target()
    await putClaim(path, ['elsewhere', '1', '1', 'x'], 5_000)
    await expect(lockFile(path, 0)).rejects.toMatchObject({
      message: expect.stringContaining('process 1 of another machine or container'),
    })
  })

  test('has lost it when it did not for 15 s', async () => {
    const path = await target()
    await putClaim(path, ['elsewhere', '1', '1', 'x'], 16_000)
    await (await lockFile(path, 0)).release()
  })
})

describe('a holder that slept', () => {
  const sleep = () => vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })

  test('goes on when nobody came', async () => {
    const path = await target()
    const lock = await lockFile(path, 0)
    await lock.check()
    sleep()
    await lock.check()
    await lock.release()
  })

  test('is told that the lock was lost when somebody did', async () => {
    const path = await target()
    const lock = await lockFile(path, 0)
    await rm(`${path}.lock`, { recursive: true })
    sleep()
    await expect(lock.check()).rejects.toMatchObject({ code: 'conflict', scope: 'run' })
    await lock.release()
  })
})
