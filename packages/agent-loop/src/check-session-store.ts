import { sessionContents } from './check-session-contents.js'
import { sessionNames } from './check-session-names.js'
import { sessionVersions } from './check-session-versions.js'
import type { SessionStore } from './session-store.js'
import type { CheckStoreOptions, StoreReport } from './store-check.js'
import { runStoreChecks } from './store-check.js'

/**
 * Checks a session store against the contract by using it, and says what it breaks. Needs no test runner:
 *
 *     const report = await checkSessionStore((place) => postgresSessionStore(pool, { schema: place }))
 *     if (!report.passed) throw new Error(formatReport(report))
 *
 * `makeStore` opens the store at a place (a folder, a table, a prefix): the same place again is the same data, as another
 * process would find it; a new one is empty. Names of places are of `[a-z0-9-]`.
 * @throws AgentError `invalid-config` when `only` names a check that does not exist
 */
export function checkSessionStore(
  makeStore: (place: string) => SessionStore | Promise<SessionStore>,
  options: CheckStoreOptions = {},
): Promise<StoreReport> {
  return runStoreChecks([...sessionContents, ...sessionVersions, ...sessionNames], makeStore, options)
}
