import { AgentError, isAgentError } from '@x/types'
import { truncated } from './from-error.js'

/** Longer lines are no answer of the service; without a bound a broken one would fill the memory. */
const maxLineLength = 4_000_000

/**
 * The lines of a body, whatever pieces it arrives in: a piece may end inside a line and inside a character. A last line
 * without its line feed was cut and is left out. Leaving early closes the connection, as with every `for await`.
 * @throws AgentError `stream-truncated` when the connection breaks
 */
export async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const bytes of body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > maxLineLength) throw new AgentError('invalid-stream', 'Acme Cloud sent a line without an end.')
      for (const line of lines) if (line.trim() !== '') yield line
    }
  } catch (error) {
    throw isAgentError(error) ? error : truncated(error)
  }
}
