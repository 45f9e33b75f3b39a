import { describe } from 'vitest'
import type { ConverseBody } from '../src/index.js'
import {
  answered,
  ask,
  assistant,
  cachePoint,
  document,
  hello,
  result,
  testRules,
  text,
  tool,
  user,
  vendor,
} from './rule-cases.js'

const system = (...ttls: readonly string[]): ConverseBody => ({
  messages: [hello],
  system: ttls.flatMap((ttl) => [text('Rules'), cachePoint(ttl)]) as never,
})
const order = 'Note that blocks are processed in the following order: `tools`, `system`, `messages`.'
const late = (path: string) =>
  vendor(
    `${path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. ${order}`,
  )
const extraneous = (path: string, key: string) =>
  vendor(
    `Malformed input request: #${path}: extraneous key [${key}] is not permitted, please reformat your input and try again.`,
  )
const thought = { reasoningContent: { reasoningText: { text: 'hm', signature: 'c2ln' } } }
const tools = { tools: [tool('f'), cachePoint()] }

describe('cache points', () => {
  testRules([
    {
      rule: 'are not for Llama',
      model: 'llama',
      otherModel: 'claude',
      refused: ask(text('Hi'), cachePoint()),
      message: 'You invoked an unsupported model or your request did not allow prompt caching.',
      error: '403 AccessDeniedException',
    },
    {
      rule: 'are up to 4',
      taken: system('5m', '5m', '5m', '5m'),
      refused: system('5m', '5m', '5m', '5m', '5m'),
      message: vendor('A maximum of 4 blocks with cache_control may be provided. Found 5.'),
    },
    {
      rule: 'live the longer the earlier they stand',
      taken: system('1h', '5m'),
      refused: system('5m', '1h'),
      message: late('system.2'),
    },
    {
      rule: 'count tools before messages, and five minutes where they do not say',
      taken: { ...ask(text('Hi'), cachePoint()), toolConfig: { tools: [tool('f'), cachePoint('1h')] } },
      refused: { ...ask(text('Hi'), cachePoint('1h')), toolConfig: tools },
      message: late('messages.0.content.0'),
    },
    {
      rule: 'do not follow reasoning',
      taken: { messages: [hello, assistant(thought, text('Hi'), cachePoint()), hello] },
      refused: { messages: [hello, assistant(text('Hi'), thought, cachePoint()), hello] },
      message:
        'Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.',
    },
    {
      rule: 'do not lead a message',
      taken: ask(text('Hi'), cachePoint()),
      refused: ask(cachePoint(), text('Hi')),
      message: vendor('messages.0.content.0.type: Field required'),
    },
    {
      rule: 'do not follow a document that is no PDF',
      taken: ask(text('Read'), document('A', { format: 'pdf', source: { bytes: 'JVBE' } }), cachePoint()),
      refused: ask(text('Read'), document('A'), cachePoint()),
      message: vendor('messages.0.content.2.type: Field required'),
    },
    {
      rule: 'do not follow a video',
      model: 'nova',
      taken: ask(text('See'), cachePoint(), { video: { format: 'mp4', source: { bytes: 'AAAA' } } }),
      refused: ask(text('See'), { video: { format: 'mp4', source: { bytes: 'AAAA' } } }, cachePoint()),
      message: extraneous('/messages/0/content/2', 'cachePoint'),
    },
    {
      rule: 'do not stand among the tools of Nova',
      model: 'nova',
      otherModel: 'claude',
      refused: { messages: [hello], toolConfig: tools },
      message: extraneous('/toolConfig/tools/1', 'cachePoint'),
    },
    {
      rule: 'do not stand beside tool blocks of Nova',
      model: 'nova',
      otherModel: 'claude',
      refused: answered(['a'], result('a'), cachePoint()),
      message: extraneous('/messages/2/content/0', 'cachePoint'),
    },
    {
      rule: 'do not say to Nova how long they live',
      model: 'nova',
      taken: ask(text('Hi'), cachePoint()),
      refused: ask(text('Hi'), cachePoint('5m')),
      message: extraneous('/messages/0/content/1/cachePoint', 'ttl'),
    },
    {
      rule: 'do not go with low latency',
      taken: { messages: [user(text('Hi'), cachePoint())], performanceConfig: { latency: 'standard' } },
      refused: { messages: [user(text('Hi'), cachePoint())], performanceConfig: { latency: 'optimized' } },
      message: vendor('messages.0.content.0.cache_control: Extra inputs are not permitted'),
    },
  ])
})
