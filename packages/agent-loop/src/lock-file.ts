import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { mkdir, open, readdir, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AgentError } from '@x/types'

/** A lock that this process holds. */
export interface FileLock {
  /** To be asked before each write. @throws AgentError `conflict` when the lock was lost to somebody else */
  check(): Promise<void>
  release(): Promise<void>
}

/**
 * Locks `path` against all other holders, in this process and in others. The lock is a folder `<path>.lock` with one
 * file, a claim, for each who wants it: who has put his claim there and sees no other has the lock. A claim names its
 * process, and is cleared away by the next who comes once that process is gone; its name never comes again, so clearing
 * it cannot hit anybody else.
 *
 * A process that cannot be seen from here (another machine, another container) counts as gone when it has not touched
 * its claim for 15 s.
 * @throws AgentError `conflict` when it is still held after `waitMs`
 */
export async function lockFile(path: string, waitMs: number): Promise<FileLock> {
  const folder = `${path}.lock`
  const deadline = Date.now() + waitMs
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, 50)) {
    const claim = await putClaim(folder)
    const other = await otherHolder(folder, claim)
    if (!other) return new HeldLock(folder, claim)
    await removeClaim(folder, claim)
    // Two who came at once have both stepped back; a pause of chance length lets one of them be first.
    do {
      if (Date.now() >= deadline) throw isHeld(path, other)
      await sleep(pauseMs * (0.5 + Math.random()))
    } while (await otherHolder(folder))
  }
}

/** How long a claim counts whose process cannot be seen. */
const leaseMs = 15_000

/** Who puts a claim: the machine or container, the process, and when that started, as numbers come again. */
interface Holder {
  readonly place: string
  readonly pid: number
  readonly start: string
}

class HeldLock implements FileLock {
  readonly #folder: string
  readonly #claim: string
  readonly #timer: NodeJS.Timeout
  #touchedMs = Date.now()

  constructor(folder: string, claim: string) {
    this.#folder = folder
    this.#claim = claim
    // A failure shows at the next check.
    this.#timer = setInterval(() => void this.#touch().catch(() => undefined), leaseMs / 5)
    this.#timer.unref()
  }

  async check(): Promise<void> {
    if (Date.now() - this.#touchedMs < leaseMs / 3) return
    // The process has slept for so long that others may take it for dead.
    await this.#touch().catch((cause: unknown) => {
      throw new AgentError('conflict', `The lock ${this.#folder} was lost: this process did not run for a while.`, {
        hint: 'Open it again and go on from what is on record now.',
        scope: 'run',
        cause,
      })
    })
  }

  async release(): Promise<void> {
    clearInterval(this.#timer)
    await removeClaim(this.#folder, this.#claim)
  }

  /** By a write and not by setting the time, which would be this machine's and not the file system's. */
  async #touch(): Promise<void> {
    const startedMs = Date.now()
    const handle = await open(join(this.#folder, this.#claim), 'r+')
    try {
      await handle.write(' ', 0)
    } finally {
      await handle.close()
    }
    this.#touchedMs = startedMs
  }
}

async function putClaim(folder: string): Promise<string> {
  const { place, pid, start } = self()
  const claim = `${place}.${pid}.${start}.${randomUUID()}`
  for (;;) {
    await mkdir(folder, { mode: 0o700 }).catch(unless('EEXIST'))
    try {
      await writeFile(join(folder, claim), ' ', { flag: 'wx', mode: 0o600 })
      return claim
    } catch (error) {
      // Somebody who released the lock has just taken the empty folder away.
      unless('ENOENT')(error)
    }
  }
}

async function removeClaim(folder: string, claim: string): Promise<void> {
  await unlink(join(folder, claim)).catch(unless('ENOENT'))
  await rmdir(folder).catch(unless('ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EBUSY'))
}

/** A holder beside `own`; claims of processes that are gone are cleared away. */
async function otherHolder(folder: string, own?: string): Promise<Holder | undefined> {
  const claims = (await readdir(folder).catch(unless('ENOENT'))) ?? []
  for (const claim of claims) {
    if (claim === own) continue
    const [place = '', pid = '', start = ''] = claim.split('.')
    const holder = { place, pid: Number(pid), start }
    if (await isAlive(holder, folder, claim, own)) return holder
    await unlink(join(folder, claim)).catch(unless('ENOENT'))
  }
  return undefined
}

async function isAlive({ place, pid, start }: Holder, folder: string, claim: string, own?: string): Promise<boolean> {
  if (place === self().place) {
    if (!isRunning(pid)) return false
    const startNow = startOf(pid)
    if (startNow !== unknown && start !== unknown) return startNow === start
  }
  const touched = await stat(join(folder, claim)).catch(unless('ENOENT'))
  if (!touched) return false
  // Both times are the file system's, where there is a fresh claim to compare with; else nothing is taken away.
  const fresh = own === undefined ? undefined : await stat(join(folder, own)).catch(unless('ENOENT'))
  return !fresh || fresh.mtimeMs - touched.mtimeMs < leaseMs
}

const unknown = '0'

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process started, in ticks since the machine did. A process that is dead and only not yet buried has no start. */
function startOf(pid: number): string {
  // The name before the last bracket may hold anything; see proc(5).
  const fields = readText(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  if (!fields) return unknown
  return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : (fields[19] ?? unknown)
}

let known: Holder | undefined

/** This process; numbers of processes mean something only on the same machine, since its start, in the same container. */
function self(): Holder {
  if (known) return known
  const boot = readText('/proc/sys/kernel/random/boot_id') ?? ''
  const place = createHash('sha256').update(`${hostname()} ${boot} ${pidNamespace()}`).digest('hex').slice(0, 16)
  known = { place, pid: process.pid, start: startOf(process.pid) }
  return known
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Lets failures of these kinds pass. */
function unless(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

function isHeld(path: string, { place, pid }: Holder): AgentError {
  const who = place === self().place ? `process ${pid}` : `process ${pid} of another machine or container`
  return new AgentError('conflict', `${path} is in use by ${who}.`, {
    hint: 'Wait until it is done, or end it; the lock of a process that has ended is taken over by itself.',
    scope: 'run',
  })
}
