import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime'
import type { Message } from '@x/types'
import { AgentError } from '@x/types'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toMessages } from '../src/to-messages.js'
import { toWireBody } from '../src/to-wire-body.js'
import { growingConversation } from './growing-conversation.js'

const bodyOf = (content: ContentBlock[], more: object = {}) =>
  toWireBody({ modelId: 'a.b', messages: [{ role: 'user', content }], ...more }).toString()

it('is the input without the model id, bytes as base64 and without what is missing', () => {
  const image: ContentBlock = { image: { format: 'png', source: { bytes: Buffer.from([0, 1]) } } }

  expect(bodyOf([image], { system: undefined, inferenceConfig: { maxTokens: 5, topP: undefined } })).toBe(
    '{"messages":[{"role":"user","content":[{"image":{"format":"png","source":{"bytes":"AAE="}}}]}],"inferenceConfig":{"maxTokens":5}}',
  )
  expect(toWireBody({ modelId: 'a.b' } as never).toString()).toBe('{}')
})

it('leaves documents as they are, also where they look like something else', () => {
  const input = { bytes: 'AA', $unknown: ['a', 1], list: [null], none: null }
  const block = { toolUse: { toolUseId: 't', name: 'n', input } } as unknown as ContentBlock

  expect(JSON.parse(bodyOf([block], { additionalModelRequestFields: input }))).toEqual({
    messages: [{ role: 'user', content: [{ toolUse: { toolUseId: 't', name: 'n', input } }] }],
    additionalModelRequestFields: input,
  })
})

it('writes a block once, however often it is sent', () => {
  let reads = 0
  const block = {
    get text() {
      reads += 1
      return 'a'
    },
  } as unknown as ContentBlock

  expect(bodyOf([block])).toBe(bodyOf([block]))
  expect(reads).toBe(1)
})

it.each(['us.anthropic.claude-sonnet-4-6', 'us.amazon.nova-pro-v1:0', 'mistral.mistral-large-2402-v1:0'])(
  'is the same for a conversation with %s that grows as for one that is new',
  (modelId) => {
    const bodyOfMessages = (messages: readonly Message[]) => {
      try {
        return toWireBody({ modelId, messages: toMessages(messages, modelId) }).toString()
      } catch (error) {
        return error instanceof AgentError ? error.message : Promise.reject(error)
      }
    }
    fc.assert(
      fc.property(growingConversation(modelId), (requests) => {
        for (const messages of requests) {
          expect(bodyOfMessages(messages)).toBe(bodyOfMessages(structuredClone(messages) as readonly Message[]))
        }
      }),
      { numRuns: 300, seed: Number(process.env.CHECK_SEED ?? 1) },
    )
  },
)

it('writes only what is new of a long conversation', () => {
  let reads = 0
  const watched: ContentBlock[] = [{ text: 'a' }]
  const message = (content: ContentBlock[]) => ({ role: 'user' as const, content })
  const first = {
    role: 'user' as const,
    get content() {
      reads += 1
      return watched
    },
  }
  const messages = [first, ...Array.from({ length: 9 }, () => message([{ text: 'b' }]))]
  toWireBody({ modelId: 'a.b', messages })
  reads = 0

  const body = toWireBody({ modelId: 'a.b', messages: [...messages, message([{ text: 'c' }])] })

  expect(reads).toBe(0)
  expect(JSON.parse(body.toString()).messages).toHaveLength(11)
})
