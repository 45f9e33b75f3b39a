export type {
  ChatRequest,
  UIData,
  UIDataChunk,
  UIFinishReason,
  UIMessage,
  UIMessageChunk,
  UIMetadata,
} from './ui-chunk.js'
export type { EventStore, MemoryEventStoreOptions, StoredEntry, StoredRun } from './ui-event-store.js'
export { memoryEventStore } from './ui-event-store.js'
export type { FromUIOptions, UIInput } from './ui-from-messages.js'
export { fromUIMessages } from './ui-from-messages.js'
export type { ReadOptions, RemoteEvents } from './ui-read-events.js'
export { readEvents } from './ui-read-events.js'
export type { EventStreamOptions, ResponseOptions } from './ui-response.js'
export { toEventStream, toUIMessageResponse, toUIMessageStream } from './ui-response.js'
export type {
  ResumableOptions,
  ResumableResponseOptions,
  ResumableStreams,
  ResumeRequest,
} from './ui-resumable.js'
export { resumable } from './ui-resumable.js'
export type { ToolFailure, UIStreamOptions } from './ui-stream-options.js'
export { visibleParts } from './ui-visible-parts.js'
export type { StreamFormat, WireOptions } from './ui-wire.js'
