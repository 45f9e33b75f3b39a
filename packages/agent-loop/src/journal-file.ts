import { AgentError } from '@x/types'
import type { Journal, JournalStep } from './journal.js'
import { storeJournal } from './journal.js'
import { RunFile } from './run-file.js'

export interface FileJournalOptions {
  /** How long to wait for another process that has the run. Default 1,000. */
  readonly lockTimeoutMs?: number
  /** How long a run's file stays open, and locked, after its last step. Default 1,000. */
  readonly idleMs?: number
}

export interface FileJournal extends Journal {
  /** Removes all that is on record of a run and its sub-agents. @throws AgentError `conflict` while a step is at work */
  forget(runId: string): Promise<void>
  /** Lets go of all files. Steps under way stay unfinished, as after a crash. */
  close(): Promise<void>
}

/**
 * A journal in a folder, one file a run, so that any process that sees the folder can take over a run from one that
 * died, and to forget a run is to delete its file. What `step` has given out is on the disk for good, and so is that a
 * step started before it did its work; steps that run at once share one write.
 *
 * One process at a time works on a run; for the other the step fails with code `conflict`. Values stay on the disk: of
 * an open run, its keys alone are in memory.
 * @throws AgentError `journal` (scope `run`) for a file that is damaged or cannot be written
 */
export function fileJournal(folder: string, options: FileJournalOptions = {}): FileJournal {
  const files = new RunFiles(folder, options)
  return {
    async step<Value>(step: JournalStep, work: () => Promise<{ value: Value; final: boolean }>) {
      return files.use(step.runId, (file) => storeJournal(file).step(step, work))
    },
    forget: (runId) => files.forget(runId),
    close: () => files.close(),
  }
}

interface OpenRun {
  readonly file: Promise<RunFile>
  /** Steps at work. */
  users: number
  idle?: NodeJS.Timeout
}

/** The files of the runs that are at work, or were a moment ago. */
class RunFiles {
  readonly #folder: string
  readonly #lockTimeoutMs: number
  readonly #idleMs: number
  readonly #open = new Map<string, OpenRun>()
  #closed = false

  constructor(folder: string, { lockTimeoutMs = 1000, idleMs = 1000 }: FileJournalOptions) {
    this.#folder = folder
    this.#lockTimeoutMs = lockTimeoutMs
    this.#idleMs = idleMs
  }

  async use<Result>(runId: string, work: (file: RunFile) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new AgentError('journal', 'The journal was closed.', { scope: 'run' })
    const run = this.#open.get(runId) ?? { file: RunFile.open(this.#folder, runId, this.#lockTimeoutMs), users: 0 }
    this.#open.set(runId, run)
    run.users += 1
    clearTimeout(run.idle)
    try {
      return await work(await run.file)
    } finally {
      run.users -= 1
      if (run.users === 0 && this.#open.get(runId) === run) this.#rest(runId, run)
    }
  }

  async forget(runId: string): Promise<void> {
    await this.use(runId, async (file) => {
      if ((this.#open.get(runId)?.users ?? 0) > 1) {
        throw new AgentError('conflict', `A step of the run ${runId} is at work.`, { hint: 'Forget it when it ended.' })
      }
      // Whoever asks for the run from now on waits for its lock, and finds nothing.
      this.#open.delete(runId)
      await file.remove()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const runs = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(runs.map((run) => letGo(run)))
  }

  /** A failed file is opened anew by the next step, which sees what is really there. */
  #rest(runId: string, run: OpenRun): void {
    const forgetIt = () => {
      if (this.#open.get(runId) === run) this.#open.delete(runId)
    }
    const end = () => {
      forgetIt()
      void letGo(run)
    }
    run.idle = setTimeout(end, this.#idleMs)
    run.idle.unref()
    run.file.then((file) => file.isBroken && end(), forgetIt)
  }
}

/** What cannot be opened is not open, and a file that cannot be closed has told the step that wrote to it. */
async function letGo({ file, idle }: OpenRun): Promise<void> {
  clearTimeout(idle)
  await file.then((opened) => opened.close()).catch(() => undefined)
}
