import type { UIMessage } from './ui-chunk.js'

/** A tool part that the client has. */
export interface KnownCall {
  readonly toolCallId: string
  readonly toolName: string
  /** Ids of the calls from the outermost agent's to this one. A later part of the same path counts. */
  readonly path: readonly string[]
}

/** The tool parts of the message that the stream goes on with. */
export function knownCalls(messages: readonly UIMessage[] = []): KnownCall[] {
  const last = messages.at(-1)
  return last?.role === 'assistant' ? last.parts.flatMap(toKnownCall) : []
}

function toKnownCall(part: unknown): KnownCall[] {
  if (!isToolPart(part)) return []
  return [{ toolCallId: part.toolCallId, toolName: toolNameOf(part), path: pathOf(part) }]
}

export interface ToolPart {
  readonly type: string
  readonly toolCallId: string
  readonly [key: string]: unknown
}

export function isToolPart(part: unknown): part is ToolPart {
  if (typeof part !== 'object' || part === null || !('type' in part) || typeof part.type !== 'string') return false
  const isTool = part.type.startsWith('tool-') || (part.type === 'dynamic-tool' && 'toolName' in part)
  return isTool && 'toolCallId' in part && typeof part.toolCallId === 'string'
}

export function toolNameOf(part: ToolPart): string {
  return part.type === 'dynamic-tool' ? String(part.toolName) : part.type.slice('tool-'.length)
}

/** What this package wrote beside a part, if it is there and whole. */
export function originOf(metadata: unknown): { readonly [key: string]: unknown } {
  if (typeof metadata !== 'object' || metadata === null || !('x' in metadata)) return {}
  const { x } = metadata
  return typeof x === 'object' && x !== null ? (x as { readonly [key: string]: unknown }) : {}
}

export function pathOf(part: ToolPart): readonly string[] {
  const { path } = originOf(part.callProviderMetadata)
  const isWhole = Array.isArray(path) && path.length > 0 && path.every((id) => typeof id === 'string')
  return isWhole ? (path as readonly string[]) : [part.toolCallId]
}
