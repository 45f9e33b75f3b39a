import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../src/fault-rules.js'
import { faultRules } from '../src/fault-rules.js'
import type { Fault } from '../src/index.js'
import { parseFault } from '../src/parse-fault.js'
import { clientOf, converse, converseStream, httpVersions, textOf, withLocal } from './helpers.js'

const asked = { operation: 'Converse', modelId: 'm' }
const end = Number.MAX_SAFE_INTEGER

describe('parseFault', () => {
  it.each<[string, object]>([
    [
      'ThrottlingException',
      {
        type: 'http',
        status: 429,
        error: 'ThrottlingException',
        message: 'Too many requests, please wait before trying again.',
      },
    ],
    ['ModelTimeoutException', { type: 'http', status: 408 }],
    ['ExpiredTokenException', { type: 'http', status: 403 }],
    ['SomethingNew', { type: 'http', status: 500, error: 'SomethingNew' }],
    [
      'ValidationException: prompt is too long: 5 > 3',
      { type: 'http', status: 400, message: 'prompt is too long: 5 > 3' },
    ],
    ['ThrottlingException@0', { type: 'exception', error: 'ThrottlingException', afterFrames: 0 }],
    ['ModelStreamErrorException:Broken.@end', { type: 'exception', message: 'Broken.', afterFrames: end }],
    ['http:503', { type: 'http', status: 503, error: 'ServiceUnavailableException' }],
    ['http:529', { type: 'http', status: 529, error: 'InternalServerException' }],
    ['error-frame:InternalFailure@2', { type: 'error-frame', error: 'InternalFailure', afterFrames: 2 }],
    ['cut@2', { type: 'cut', afterFrames: 2 }],
    ['cut:17@2', { type: 'cut', afterFrames: 2, bytes: 17 }],
    ['reset', { type: 'reset', afterFrames: 0 }],
    ['end@7', { type: 'end', afterFrames: 7 }],
    [' stall@1 ', { type: 'stall', afterFrames: 1 }],
    ['corrupt@1', { type: 'corrupt', afterFrames: 1 }],
    ['drip:0.5', { type: 'drip', bytesPerSecond: 0.5, afterFrames: 0 }],
    ['goaway', { type: 'goaway', afterFrames: 0, finish: true }],
    ['goaway:now@3', { type: 'goaway', afterFrames: 3, finish: false }],
    ['{"type":"reset","afterFrames":4}', { type: 'reset', afterFrames: 4 }],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toMatchObject(fault)
  })

  it.each<[unknown, string]>([
    ['nonsense', 'There is no fault "nonsense". Known are http, exception'],
    ['', 'There is no fault ""'],
    ['cut@many', 'There is no fault "cut@many"'],
    ['{"type"', 'The fault begins like JSON and is none.'],
    ['drip:0', 'A fault of type drip needs bytesPerSecond, a number above 0.'],
    ['http:200', 'A fault of type http needs status, an HTTP status from 400 to 599.'],
    [{ type: 'cut' }, 'A fault of type cut needs afterFrames, a number of whole frames from 0 on.'],
    [{ type: 'cut', afterFrames: 0, bytes: '3' }, 'needs bytes, if it is there, a number from 0 on'],
    [{ type: 'exception', error: 'X', afterFrames: 0 }, 'needs message, a string'],
    [{ type: 'toString' }, 'There is no fault "toString"'],
    [undefined, 'There is no fault undefined'],
    [3, 'There is no fault 3'],
  ])('refuses %j', (given, message) => {
    expect(() => parseFault(given)).toThrow(message)
  })
})

describe('faultRules', () => {
  const hits = (rule: FaultRule, count: number) => {
    const rules = faultRules([rule])
    return Array.from({ length: count }, () => rules.choose(asked)?.type ?? '-').join(' ')
  }

  it('hits every request, some of the first, or some after others', () => {
    expect(hits({ fault: 'reset' }, 3)).toBe('reset reset reset')
    expect(hits({ fault: 'reset', times: 2 }, 4)).toBe('reset reset - -')
    expect(hits({ fault: 'reset', skip: 1, times: 2 }, 5)).toBe('- reset reset - -')
  })

  it('hits only the operation and the model that it names', () => {
    const rules = faultRules([{ fault: 'reset@0', operation: 'ConverseStream', modelId: 'a', times: 1 }])
    const types = [
      asked,
      { operation: 'ConverseStream', modelId: 'b' },
      { operation: 'ConverseStream', modelId: 'a' },
      { operation: 'ConverseStream', modelId: 'a' },
    ].map((request) => rules.choose(request)?.type)
    expect(types).toEqual([undefined, undefined, 'reset', undefined])
    expect(rules.list()).toEqual([{ fault: 'reset@0', operation: 'ConverseStream', modelId: 'a', times: 1, hit: 1 }])
  })

  it('asks the next rule when one does not hit', () => {
    const rules = faultRules([
      { fault: 'reset', times: 1 },
      { fault: 'end@1', times: 1 },
    ])
    expect([1, 2, 3].map(() => rules.choose(asked)?.type)).toEqual(['reset', 'end', undefined])
  })

  it('draws the same lots for the same seed, about as many as the rate says', () => {
    const rule = { fault: ['reset', 'stall@2', 'ThrottlingException'], rate: 0.25, seed: 42 }
    const drawn = hits(rule, 400)
    expect(hits(rule, 400)).toBe(drawn)
    expect(hits({ ...rule, seed: 43 }, 400)).not.toBe(drawn)
    const types = drawn.split(' ')
    const share = types.filter((type) => type !== '-').length / 400
    expect(share).toBeGreaterThan(0.15)
    expect(share).toBeLessThan(0.35)
    expect(new Set(types)).toEqual(new Set(['-', 'reset', 'stall', 'http']))
    expect(hits({ ...rule, rate: 0 }, 50)).not.toMatch(/reset|stall|http/)
  })

  it.each<[object, string]>([
    [{ fault: 'nonsense' }, 'There is no fault "nonsense"'],
    [{ fault: [] }, 'A fault rule needs a fault.'],
    [{ fault: 'reset', times: -1 }, 'times of a fault rule is a number from 0 on.'],
    [{ fault: 'reset', rate: 'half' }, 'rate of a fault rule is a number from 0 on.'],
  ])('refuses the rule %j, and keeps those that it has', (rule, message) => {
    const rules = faultRules([{ fault: 'stall@0' }])
    expect(() => rules.replace([rule as FaultRule])).toThrow(message)
    expect(rules.choose(asked)?.type).toBe('stall')
  })
})

describe.each(httpVersions)('an endpoint with faults over %s', (version) => {
  it('throttles the first requests, and a client that retries comes through', async () => {
    await withLocal({ reply: ['whole'], faults: [{ fault: 'ThrottlingException', times: 2 }] }, async (local) => {
      const answer = await converse(clientOf(local, version, 3))
      expect(answer.output?.message?.content).toEqual([{ text: 'whole' }])
      expect(answer.$metadata.attempts).toBe(3)
      expect(local.requests.map(({ status }) => status)).toEqual([429, 429, 200])
    })
  })

  it('breaks one stream in the middle, whatever the reply says', async () => {
    const own: Fault = { type: 'end', afterFrames: 1 }
    const reply = () => ({ content: [{ text: 'a b c' }], fault: own })
    await withLocal({ reply, faults: [{ fault: 'ModelStreamErrorException@3', times: 1 }] }, async (local) => {
      const client = clientOf(local, version)
      const first = await converseStream(client)
      expect(first.error?.name).toBe('ModelStreamErrorException')
      expect(textOf(first.events)).toBe('a b')
      expect(await converseStream(client)).toEqual({ events: [{ messageStart: { role: 'assistant' } }] })
    })
  })

  it('changes its faults while it runs', async () => {
    await withLocal({ reply: () => 'hi', faults: [{ fault: 'ThrottlingException' }] }, async (local) => {
      await expect(converse(clientOf(local, version))).rejects.toMatchObject({ name: 'ThrottlingException' })
      local.setFaults([{ fault: 'AccessDeniedException' }])
      await expect(converse(clientOf(local, version))).rejects.toMatchObject({ name: 'AccessDeniedException' })
      local.setFaults([])
      expect((await converse(clientOf(local, version))).stopReason).toBe('end_turn')
    })
  })

  it.each([
    'ServiceUnavailableException',
    '{"type":"http","status":503,"error":"ServiceUnavailableException","message":"x"}',
  ])('does what a request asks for in its header: %s', async (wish) => {
    await withLocal({ reply: () => 'hi', faults: [{ fault: 'AccessDeniedException', skip: 1 }] }, async (local) => {
      const client = clientOf(local, version)
      client.middlewareStack.add(
        (next) => (args) => {
          const request = args.request as { headers: { [name: string]: string } }
          request.headers['x-bedrock-local-fault'] = wish
          return next(args)
        },
        { step: 'build' },
      )
      await expect(converse(client)).rejects.toMatchObject({
        name: 'ServiceUnavailableException',
        $metadata: { httpStatusCode: 503 },
      })
      // A wish does not count for the rules.
      expect((await converse(clientOf(local, version))).stopReason).toBe('end_turn')
    })
  })
})

it('says what is wrong with a wish', async () => {
  await withLocal({}, async (local) => {
    const headers = { 'x-bedrock-local-fault': 'cut@x' }
    const response = await fetch(`${local.url}/model/m/converse`, { method: 'POST', body: '{}', headers })
    expect(response.status).toBe(400)
    expect(response.headers.get('x-amzn-errortype')).toMatch(/^LocalFaultError:/)
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining('The header x-bedrock-local-fault holds no fault: There is no fault "cut@x".'),
    })
  })
})

it('does not start with a rule that is wrong', async () => {
  await expect(withLocal({ faults: [{ fault: 'oops' }] }, async () => {})).rejects.toThrow('There is no fault "oops"')
})
