import { journalRecords } from './check-journal-records.js'
import { journalUnfinished } from './check-journal-unfinished.js'
import type { ClosableJournal } from './journal-check.js'
import type { CheckStoreOptions, StoreReport } from './store-check.js'
import { runStoreChecks } from './store-check.js'

/**
 * Checks a journal against the contract by using it, and says what it breaks. Needs no test runner:
 *
 *     const report = await checkJournal((place) => storeJournal(postgresEntries(pool, { schema: place })))
 *     if (!report.passed) throw new Error(formatReport(report))
 *
 * `makeJournal` opens the journal at a place (a folder, a table, a prefix): the same place again is the same data, as
 * another process would find it; a new one is empty. A journal that locks its runs needs a `close`, which must leave
 * steps under way as a crash would.
 * @throws AgentError `invalid-config` when `only` names a check that does not exist
 */
export function checkJournal(
  makeJournal: (place: string) => ClosableJournal | Promise<ClosableJournal>,
  options: CheckStoreOptions = {},
): Promise<StoreReport> {
  return runStoreChecks([...journalRecords, ...journalUnfinished], makeJournal, options)
}
