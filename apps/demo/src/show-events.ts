import type { AgentEvent } from '@x/types'

/** Writes a run to the terminal as it happens: the answer as it streams, tools and their progress on lines of their own. */
export function showEvents(write: (text: string) => void): (event: AgentEvent) => void {
  let midLine = false
  const numbers = new Map<string, number>()
  /** Ids of calls are long; people read #1, #2. */
  const numberOf = (callId: string) => {
    const number = numbers.get(callId) ?? numbers.size + 1
    numbers.set(callId, number)
    return `#${number}`
  }
  const line = (text: string) => {
    write(`${midLine ? '\n' : ''}${text}\n`)
    midLine = false
  }
  return (event) => {
    switch (event.type) {
      case 'text-delta':
        write(event.text)
        midLine = !event.text.endsWith('\n')
        break
      case 'model-retry':
        line(`  ! ${event.reason} Asking again, attempt ${event.attempt}.`)
        break
      case 'tool-start':
        line(`  ${numberOf(event.callId)} ${event.name} ${JSON.stringify(event.input)}`)
        break
      case 'tool-progress':
        line(`  ${numberOf(event.callId)} … ${String(event.progress)}`)
        break
      case 'tool-end':
        line(`  ${numberOf(event.callId)} = ${outcomeText(event)}`)
        break
      case 'run-end':
        if (midLine) write('\n')
        break
    }
  }
}

function outcomeText({ outcome }: Extract<AgentEvent, { type: 'tool-end' }>): string {
  if (outcome.type === 'suspended') return `waits: ${outcome.reason}`
  const { content, isError } = outcome.result
  const texts = content.map((part) =>
    part.type === 'text' ? part.text : part.type === 'json' ? JSON.stringify(part.value) : `[${part.type}]`,
  )
  return `${isError ? 'failed: ' : ''}${texts.join(' ')}`
}
