export interface ModelReport {
  /** No check has failed; some may have been skipped. */
  readonly passed: boolean
  /** Nothing was skipped for want of something: every check that applies to this model has run. */
  readonly complete: boolean
  readonly checks: readonly ModelCheckResult[]
}

export interface ModelCheckResult {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** What is wrong, or why it was skipped. */
  readonly reason?: string
  /** What to give in the options so that a skipped check runs. Missing when it does not apply to this model. */
  readonly give?: string
}

export function toReport(checks: readonly ModelCheckResult[]): ModelReport {
  return {
    passed: checks.every(({ status }) => status !== 'failed'),
    complete: checks.every(({ give }) => give === undefined),
    checks,
  }
}

/** The report as a table, one check a line; what is wrong stands below it. */
export function formatReport({ checks }: ModelReport): string {
  return checks.map(toLine).join('\n')
}

function toLine({ name, status, reason }: ModelCheckResult): string {
  if (status === 'failed') return `FAILED  ${name}\n          ${reason}`
  return status === 'skipped' ? `skipped ${name} (${reason})` : `ok      ${name}`
}
