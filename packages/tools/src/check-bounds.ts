import { AgentError } from '@x/types'

/** @throws AgentError `invalid-config` for a bound of `owner` that is given and is no number above 0 */
export function checkBounds(owner: string, bounds: { readonly [name: string]: number | undefined }): void {
  for (const [name, value] of Object.entries(bounds)) {
    if (value === undefined || (Number.isFinite(value) && value > 0)) continue
    throw new AgentError('invalid-config', `The option ${name} of ${owner} is ${value}.`, {
      hint: 'Give a number above 0, or leave it out for the default.',
    })
  }
}
