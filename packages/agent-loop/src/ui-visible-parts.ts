/**
 * The parts of a message that a screen should show: without the steps that were taken back, because the model was asked
 * again or a guardrail replaced what it had said. Runs in the browser; it needs nothing.
 */
export function visibleParts<Part extends { readonly type: string }>(parts: readonly Part[]): Part[] {
  return toSteps(parts).filter(isValid).flat()
}

/** A message's parts by step, each with the `step-start` that opens it; those before the first one come first. */
export function toSteps<Part extends { readonly type: string }>(parts: readonly Part[]): Part[][] {
  const steps: Part[][] = [[]]
  for (const part of parts) {
    if (part.type === 'step-start') steps.push([])
    steps.at(-1)?.push(part)
  }
  return steps
}

function isValid(step: readonly { readonly type: string }[]): boolean {
  return !step.some(({ type }) => type === 'data-clear')
}
