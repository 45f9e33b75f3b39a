import type { AssistantPart, Message, SystemPart, UserPart } from '@x/types'

/**
 * A message as OpenAI's clients write it, as the Converse API of Bedrock writes it, as this house writes it
 * (`Message`), or any mixture of them.
 */
export type ChatMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: string | readonly (SharedPart | OpenAIPart | UserPart)[] }
  | { readonly role: 'assistant'; readonly content: string | readonly (SharedPart | AssistantPart)[] }
  | Message

/** A plain string is a text. */
type SharedPart = string | NativeBlock | InputText

type OpenAIPart = { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } }

interface InputText {
  readonly type: 'input_text'
  readonly text: string
}

/** Bytes as the AWS SDK takes them, or as they stand in JSON: base64. */
type NativeBytes = Uint8Array | string

type NativeSource =
  | { readonly bytes: NativeBytes }
  | { readonly s3Location: { readonly uri: string; readonly bucketOwner?: string | undefined } }

/** The content blocks of Converse that are taken; each holds one member. */
export type NativeBlock =
  | NativeText
  | { readonly image: { readonly format: string; readonly source: NativeSource } }
  | {
      readonly document: {
        readonly name: string
        readonly format?: string | undefined
        readonly source: NativeSource | { readonly text: string }
        readonly context?: string | undefined
        readonly citations?: { readonly enabled: boolean } | undefined
      }
    }
  | NativeCachePoint
  | {
      readonly reasoningContent:
        | { readonly reasoningText: { readonly text: string; readonly signature?: string | undefined } }
        | { readonly redactedContent: NativeBytes }
    }

interface NativeText {
  readonly text: string
}

interface NativeCachePoint {
  readonly cachePoint: { readonly type: 'default'; readonly ttl?: '5m' | '1h' | undefined }
}

/** A text; or parts of this house or of Converse. */
export type ChatSystem = string | readonly (SystemPart | NativeText | NativeCachePoint)[]
