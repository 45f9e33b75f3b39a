/** User and system time of the whole process, and time on the clock. */
export interface Measurement {
  readonly cpuMs: number
  readonly wallMs: number
}

export async function measure(work: () => Promise<void>): Promise<Measurement> {
  const cpuBefore = process.cpuUsage()
  const before = performance.now()
  await work()
  const wallMs = performance.now() - before
  const { user, system } = process.cpuUsage(cpuBefore)
  return { cpuMs: (user + system) / 1000, wallMs }
}
