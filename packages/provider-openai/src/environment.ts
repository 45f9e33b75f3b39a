/** A variable of the environment, where there is one: at the edge and in browsers there may be no process. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name] || undefined
}
