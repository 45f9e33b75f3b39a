import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { frameDecoder } from '../src/frame-decoder.js'
import { fromFrame } from '../src/from-frame.js'
import { encodeEvent, encodeException, encodeFrame } from './encode-frame.js'

function read(frame: Buffer): unknown {
  for (const decoded of frameDecoder().push(frame)) return fromFrame(sdk, decoded)
  throw new Error('no frame')
}

function thrown(frame: Buffer): Error & Record<string, unknown> {
  try {
    read(frame)
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new Error('nothing was thrown')
}

describe('an event', () => {
  it('is its payload under its type, bytes as base64 and unknown members as they came', () => {
    const payload = { contentBlockIndex: 1, delta: { reasoningContent: { redactedContent: 'AAE=' }, hologram: 1 } }

    expect(read(encodeEvent('contentBlockDelta', payload))).toEqual({ contentBlockDelta: payload })
    expect(read(encodeEvent('messageStop', { stopReason: 'end_turn' }))).toEqual({
      messageStop: { stopReason: 'end_turn' },
    })
    expect(read(encodeEvent('messageStart', ''))).toEqual({ messageStart: {} })
  })

  it('of a kind that is not read is skipped, whatever it holds', () => {
    expect(read(encodeEvent('newThing', 'no JSON'))).toBeUndefined()
    expect(read(encodeEvent('__proto__', '{}'))).toBeUndefined()
  })

  it('loses members that are null, but not those of a document', () => {
    const payload = { stopReason: 'end_turn', x: null, additionalModelResponseFields: { stop_sequence: null } }

    expect(read(encodeEvent('messageStop', payload))).toEqual({
      messageStop: { stopReason: 'end_turn', additionalModelResponseFields: { stop_sequence: null } },
    })
  })

  it('that holds no JSON fails like a reply that was cut', () => {
    expect(thrown(encodeEvent('metadata', '{"usage":')).name).toBe('SyntaxError')
  })
})

describe('an exception', () => {
  it('is of the class that the SDK would throw', () => {
    const error = thrown(encodeException('throttlingException', { message: 'Slow down' }))
    expect(error).toBeInstanceOf(sdk.ThrottlingException)
    expect(error).toMatchObject({ name: 'ThrottlingException', message: 'Slow down', $fault: 'client' })

    const body = { message: 'Broken', originalStatusCode: 500, originalMessage: 'why' }
    expect(thrown(encodeException('modelStreamErrorException', body))).toMatchObject({
      name: 'ModelStreamErrorException',
      ...body,
    })
    expect(thrown(encodeException('internalServerException', {})).message).toBe('Unknown')
    expect(thrown(encodeException('validationException', { Message: 'Capital' })).message).toBe('Capital')
    expect(thrown(encodeException('serviceUnavailableException', '')).message).toBe('Unknown')
  })

  it('that the SDK has no class for keeps its type and its raw text', () => {
    const error = thrown(encodeException('modelTimeoutException', { message: 'late' }))
    expect(error).toMatchObject({ name: 'modelTimeoutException', message: '{"message":"late"}' })
    expect(thrown(encodeException('constructor', {}))).toMatchObject({ name: 'constructor' })
  })

  it('may be an error without a model, or a frame of no known type', () => {
    const headers = { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'It failed.' }
    expect(thrown(encodeFrame(headers))).toMatchObject({ name: 'InternalFailure', message: 'It failed.' })
    expect(thrown(encodeFrame({ ':message-type': 'error' })).message).toBe('UnknownError')
    expect(thrown(encodeFrame({ ':message-type': 'other' })).message).toMatch('its type is other')
    expect(thrown(encodeFrame({})).message).toMatch('Malformed event message')
  })
})
