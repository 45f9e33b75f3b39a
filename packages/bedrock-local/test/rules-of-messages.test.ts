import { describe } from 'vitest'
import type { WireBlock } from '../src/index.js'
import {
  answered,
  ask,
  assistant,
  call,
  hello,
  image,
  result,
  testRules,
  text,
  toolConfig,
  user,
  vendor,
} from './rule-cases.js'

const thought = (more: object = { signature: 'c2ln' }) => ({
  reasoningContent: { reasoningText: { text: 'hm', ...more } },
})
const video = { video: { format: 'mp4', source: { bytes: 'AAAA' } } }
const audio = { audio: { format: 'mp3', source: { bytes: 'AAAA' } } }
const thinking = { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } } }
const start =
  'A conversation must start with a user message. Try again with a conversation that starts with a user message.'
const noBlock = (kind: string) =>
  `This model doesn't support the ${kind} content block that you provided. Update the content block and try again.`
const misplaced = 'User messages cannot contain reasoning content. Please remove the reasoning content and try again.'
const loop = (...first: readonly WireBlock[]) => ({
  messages: [hello, assistant(...first, call('a')), user(result('a'))],
  toolConfig,
  ...thinking,
})

describe('the conversation', () => {
  testRules([
    { rule: 'is not empty', taken: { messages: [hello] }, refused: { messages: [] }, message: start },
    { rule: 'is there', taken: { messages: [hello] }, refused: {}, message: start },
    {
      rule: 'starts with the user, but for some families',
      model: 'nova',
      otherModel: 'claude',
      refused: { messages: [assistant(text('Welcome.')), hello] },
      message: start,
    },
    {
      rule: 'has no empty message',
      taken: { messages: [hello, assistant(text('Hi')), hello] },
      refused: { messages: [hello, assistant(), hello] },
      message:
        'The content field in the Message object at messages.1 is empty. Add a ContentBlock object to the content field ' +
        'and try again.',
    },
    {
      rule: 'has no blank text',
      taken: ask(text('a'), text('b')),
      refused: ask(text('a'), text(' \n')),
      message:
        'The text field in the ContentBlock object at messages.0.content.1 is blank. Add text to the text field, and try ' +
        'again.',
    },
    {
      rule: 'has no empty text in a result, for Claude',
      otherModel: 'nova',
      refused: answered(['a'], result('a', { content: [{ text: '' }] })),
      message: vendor('messages: text content blocks must be non-empty'),
    },
    {
      rule: 'ends with the user, for Llama',
      model: 'llama',
      otherModel: 'claude',
      refused: { messages: [hello, assistant(text('{'))] },
      message:
        'The model that you are using requires the last turn in the conversation to be a user message. Add a user message ' +
        'to the conversation and try again.',
    },
    {
      rule: 'ends with the user, for newer models of Claude',
      model: 'claude46',
      otherModel: 'claude',
      refused: { messages: [hello, assistant(text('{'))] },
      message: vendor(
        'This model does not support assistant message prefill. The conversation must end with a user message.',
      ),
    },
    {
      rule: 'has no system prompt for Mistral 7B',
      model: 'mistral7b',
      taken: { messages: [hello], system: [] },
      refused: { messages: [hello], system: [{ text: 'Be brief.' }] },
      message: "This model doesn't support the system field. Remove system and try again.",
    },
    { rule: 'shows Claude no video', otherModel: 'nova', refused: ask(text('See'), video), message: noBlock('video') },
    {
      rule: 'shows Nova Lite no sound',
      model: 'nova',
      otherModel: 'own',
      refused: ask(text('Hear'), audio),
      message: noBlock('audio'),
    },
    {
      rule: 'shows Nova Micro no image',
      model: 'micro',
      otherModel: 'nova',
      refused: ask(text('See'), image()),
      message: noBlock('image'),
    },
    {
      rule: 'shows Llama 3.3 no image',
      model: 'llama',
      otherModel: 'llama4',
      refused: ask(text('See'), image()),
      message: noBlock('image'),
    },
    {
      rule: 'shows Pixtral no image in a tool result',
      model: 'pixtral',
      taken: ask(text('See'), image()),
      refused: answered(['a'], result('a', { content: [image()] })),
      message: noBlock('image'),
    },
  ])
})

describe('reasoning of earlier answers', () => {
  testRules([
    {
      rule: "does not stand in a user's message",
      taken: { messages: [hello, assistant(thought(), text('Hi')), hello] },
      refused: ask(thought(), text('Hi')),
      message: misplaced,
    },
    {
      rule: 'does not go to models that do not take it back',
      model: 'deepseek',
      otherModel: 'gptOss',
      refused: { messages: [hello, assistant(thought({}), text('Hi')), hello] },
      message: misplaced,
    },
    {
      rule: 'does not go to models that do not reason',
      model: 'claude3',
      otherModel: 'claude',
      refused: { messages: [hello, assistant(thought(), text('Hi')), hello] },
      message: misplaced,
    },
    {
      rule: 'is signed for Claude',
      otherModel: 'nova2',
      refused: { messages: [hello, assistant(text('Hi'), thought({})), hello] },
      message: vendor('messages.1.content.1.thinking.signature: Field required'),
    },
    {
      rule: 'has a signature that is not empty',
      taken: { messages: [hello, assistant({ reasoningContent: { redactedContent: 'AAAA' } }, text('Hi')), hello] },
      refused: { messages: [hello, assistant(thought({ signature: '' }), text('Hi')), hello] },
      message: vendor('messages.1.content.0: Invalid `signature` in `thinking` block'),
    },
    {
      rule: 'goes back while tools are used',
      taken: loop(thought()),
      refused: loop(),
      message: vendor(
        'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is ' +
          'enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of ' +
          '`tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid ' +
          'this requirement, disable `thinking`. Please consult our documentation at ' +
          'https://docs.claude.com/en/docs/build-with-claude/extended-thinking',
      ),
    },
  ])
})
