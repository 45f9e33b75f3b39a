import type { AssistantPart, ModelEvent, ReasoningPart, ToolCallPart } from '@x/types'
import type { UIMessageChunk } from './ui-chunk.js'
import { toFile, toSource } from './ui-parts.js'
import type { ToolParts } from './ui-tool-parts.js'

type Shown =
  | { readonly type: 'text'; readonly id: string; text: string }
  | { readonly type: 'reasoning'; readonly id: string; text: string; signature: string; redacted: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string }
  | { readonly type: 'image' }

/** What the client has been shown of one answer. */
export class ShownAnswer {
  readonly #tools: ToolParts
  readonly #parts: Shown[] = []
  #open: Shown | undefined
  /** Parts so far in the whole stream: ids are never used twice. */
  count: number
  model: { readonly provider: string; readonly modelId: string } | undefined

  constructor(tools: ToolParts, count = 0) {
    this.#tools = tools
    this.count = count
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }

  *push(event: ModelEvent): Generator<UIMessageChunk> {
    switch (event.type) {
      case 'text-delta':
        yield* this.#text(event.text)
        break
      case 'citation-delta':
        // An empty text part is opened by the first text, if there is any.
        yield toSource(event.citation, this.#newId('source'))
        break
      case 'reasoning-delta':
        yield* this.#reasoning(event)
        break
      case 'tool-call-start':
        yield* this.#toolCall(event.id, event.name)
        break
      case 'tool-call-delta':
        if (this.#open?.type === 'tool-call') yield this.#tools.delta(this.#open.id, event.inputText)
        break
      case 'part':
        yield* this.#whole(event.part)
        break
      case 'part-end':
        yield* this.#close()
        break
      default:
    }
  }

  /** Whether `content` is what has been shown. */
  says(content: readonly AssistantPart[]): boolean {
    const said = content.filter(isShown)
    const shown = this.#parts.filter((part) => !('text' in part) || part.text !== '' || isSigned(part))
    return said.length === shown.length && said.every((part, index) => isSame(part, shown[index]))
  }

  /** Ends what is open, because it no longer counts. */
  *discard(): Generator<UIMessageChunk> {
    yield* this.#close()
    for (const part of this.#parts) if (part.type === 'tool-call') yield* this.#tools.discard(part.id)
  }

  /** As `discard`, for a client that drops the step itself. */
  forget(): void {
    for (const part of this.#parts) if (part.type === 'tool-call') [...this.#tools.discard(part.id)]
  }

  *#text(delta: string): Generator<UIMessageChunk> {
    if (this.#open?.type !== 'text') {
      const id = this.#newId('text')
      this.#begin({ type: 'text', id, text: '' })
      yield { type: 'text-start', id }
    }
    if (this.#open?.type !== 'text') return
    this.#open.text += delta
    yield { type: 'text-delta', id: this.#open.id, delta }
  }

  *#reasoning({ text = '', signature = '', redacted = '' }: Omit<ReasoningPart, 'type'>): Generator<UIMessageChunk> {
    if (this.#open?.type !== 'reasoning') {
      const id = this.#newId('reasoning')
      this.#begin({ type: 'reasoning', id, text: '', signature: '', redacted: '' })
      yield { type: 'reasoning-start', id }
    }
    if (this.#open?.type !== 'reasoning') return
    this.#open.text += text
    this.#open.signature += signature
    this.#open.redacted += redacted
    if (text !== '') yield { type: 'reasoning-delta', id: this.#open.id, delta: text }
  }

  *#toolCall(id: string, name: string): Generator<UIMessageChunk> {
    this.#begin({ type: 'tool-call', id, name })
    yield* this.#tools.open(id, name)
  }

  *#whole(part: AssistantPart): Generator<UIMessageChunk> {
    if (part.type === 'text') {
      yield* this.#text(part.text)
      for (const citation of part.citations ?? []) yield toSource(citation, this.#newId('source'))
    } else if (part.type === 'reasoning') {
      yield* this.#reasoning(part)
    } else if (part.type === 'tool-call') {
      yield* this.#toolCall(part.id, part.name)
    } else if (part.type === 'image') {
      this.#begin({ type: 'image' })
      const file = toFile(part)
      if (file) yield file
    }
    yield* this.#close()
  }

  *#close(): Generator<UIMessageChunk> {
    const part = this.#open
    this.#open = undefined
    if (part?.type === 'text') yield { type: 'text-end', id: part.id }
    if (part?.type !== 'reasoning') return
    const { id, signature, redacted } = part
    // Who thought it must be known when it is sent back: another model family could not read it.
    const x = { ...this.model, ...(signature && { signature }), ...(redacted && { redacted }) }
    yield { type: 'reasoning-end', id, ...(isSigned(part) && { providerMetadata: { x } }) }
  }

  #begin(part: Shown): void {
    this.#open = part
    this.#parts.push(part)
  }

  #newId(kind: string): string {
    this.count += 1
    return `${kind}-${this.count}`
  }
}

type ShownPart = Exclude<AssistantPart, { type: 'cache-point' | 'provider' }>

function isShown(part: AssistantPart): part is ShownPart {
  if (part.type === 'text') return part.text !== ''
  if (part.type === 'reasoning') return (part.text ?? '') !== '' || isSigned(part)
  return part.type === 'tool-call' || part.type === 'image'
}

function isSigned(part: object): boolean {
  const { signature, redacted } = part as Partial<ReasoningPart>
  return Boolean(signature) || Boolean(redacted)
}

function isSame(said: ShownPart, shown: Shown | undefined): boolean {
  if (said.type !== shown?.type) return false
  switch (said.type) {
    case 'tool-call':
      return isSameCall(said, shown as ToolCallPart)
    case 'image':
      return true
    default:
      return (said.text ?? '') === (shown as { readonly text: string }).text
  }
}

function isSameCall(said: ToolCallPart, shown: Pick<ToolCallPart, 'id' | 'name'>): boolean {
  return said.id === shown.id && said.name === shown.name
}
