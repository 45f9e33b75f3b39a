import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime'
import { expect, it } from 'vitest'
import { toWireBody } from '../src/to-wire-body.js'

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
