import type { Journal, JournalStep } from './journal.js'
import type { StoreCheck, StoreContext } from './store-check.js'

export interface ClosableJournal extends Journal {
  close?(): Promise<void> | void
}

export type JournalCheck = StoreCheck<ClosableJournal>

export function stepOf(key: string, unfinished: JournalStep['unfinished'] = 'ask', runId = 'r'): JournalStep {
  return { key: `${runId}/${key}`, runId, unfinished }
}

/** Work that is finished with this value. */
export function giving<Value>(value: Value, final = true) {
  return async () => ({ value, final })
}

/** The journal as the next process finds it, once this one is gone. */
export async function reopened(
  { open }: StoreContext<ClosableJournal>,
  journal: ClosableJournal,
): Promise<ClosableJournal> {
  await journal.close?.()
  return open()
}

/** Begins a step and dies in its work: whoever waits for it waits for ever, or fails. */
export async function dieIn(
  context: StoreContext<ClosableJournal>,
  journal: ClosableJournal,
  step: JournalStep,
): Promise<ClosableJournal> {
  let begin = () => {}
  const began = new Promise<void>((resolve) => {
    begin = resolve
  })
  const never = new Promise<never>(() => undefined)
  const lost = journal.step(step, () => {
    begin()
    return never
  })
  await Promise.race([began, lost])
  // The process that would have cared is gone.
  lost.catch(() => undefined)
  return reopened(context, journal)
}
