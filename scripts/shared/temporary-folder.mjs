import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Calls `use` with a new folder outside the repository and removes it afterwards, whatever happens. */
export async function withTemporaryFolder(name, use) {
  const folder = mkdtempSync(join(tmpdir(), `x-${name}-`))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
