import { AgentError } from '@x/types'
import type { FileRules } from './file-access.js'

/** What the writing tools have in common. They run one after the other, as a model edits one file many times at once. */
export interface WritingOptions {
  readonly needsApproval: boolean
  readonly timeoutMs: number
  readonly sequential: true
}

/**
 * The size of a text in bytes.
 * @throws AgentError `invalid-tool-input` for one that the reading tools would refuse
 */
export function checkSize(text: string, path: string, { maxFileBytes }: FileRules): number {
  const size = Buffer.byteLength(text)
  if (size > maxFileBytes) {
    throw new AgentError('invalid-tool-input', `"${path}" would have ${size} bytes; ${maxFileBytes} is the most.`)
  }
  if (text.includes('\0')) throw new AgentError('invalid-tool-input', 'Only text can be written: no NUL characters.')
  return size
}
