import type { Message, ToolMessage, ToolResultContent, ToolResultPart } from '@x/types'

/** Tool messages from the end that stay as they are: the model is still at work with them. */
const keptWhole = 2

/** Cuts long tool results of earlier turns, and leaves their media out. Gives the same list back if there was nothing. */
export function shortenResults(messages: readonly Message[], maxLength: number): readonly Message[] {
  const places = messages.flatMap(({ role }, index) => (role === 'tool' ? [index] : []))
  const earlier = new Set(places.slice(0, -keptWhole))
  const shortened = messages.map((message, index) =>
    message.role === 'tool' && earlier.has(index) ? shortenMessage(message, maxLength) : message,
  )
  return shortened.every((message, index) => message === messages[index]) ? messages : shortened
}

function shortenMessage(message: ToolMessage, maxLength: number): ToolMessage {
  const content = message.content.map((part) => (part.type === 'tool-result' ? shortenResult(part, maxLength) : part))
  return content.every((part, index) => part === message.content[index]) ? message : { ...message, content }
}

function shortenResult(result: ToolResultPart, maxLength: number): ToolResultPart {
  const content = result.content.map((part) => shortenPart(part, maxLength))
  return content.every((part, index) => part === result.content[index]) ? result : { ...result, content }
}

function shortenPart(part: ToolResultContent, maxLength: number): ToolResultContent {
  switch (part.type) {
    case 'text':
      return part.text.length <= maxLength ? part : { type: 'text', text: cut(part.text, maxLength) }
    case 'json': {
      const text = JSON.stringify(part.value)
      return text.length <= maxLength ? part : { type: 'text', text: cut(text, maxLength) }
    }
    case 'image':
    case 'video':
    case 'document':
      return { type: 'text', text: `(${part.type} left out to save space)` }
    default:
      return part
  }
}

/** The beginning and the end, as both often matter; never through a surrogate pair. */
function cut(text: string, maxLength: number): string {
  const half = Math.floor(maxLength / 2)
  const start = text.slice(0, half).replace(/[\uD800-\uDBFF]$/, '')
  const end = text.slice(text.length - half).replace(/^[\uDC00-\uDFFF]/, '')
  return `${start}\n(${text.length - start.length - end.length} characters left out)\n${end}`
}
