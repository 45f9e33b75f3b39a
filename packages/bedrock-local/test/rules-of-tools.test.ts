import { describe, expect, it } from 'vitest'
import type { ConverseBody } from '../src/index.js'
import { findSchemaFault } from '../src/schema-fault.js'
import {
  answered,
  assistant,
  call,
  document,
  hello,
  models,
  refusalOf,
  result,
  testRules,
  text,
  tool,
  toolConfig,
  user,
  vendor,
} from './rule-cases.js'

const withTools = (...tools: readonly object[]): ConverseBody => ({
  messages: [hello],
  toolConfig: { tools: tools as never },
})
const withChoice = (toolChoice: object): ConverseBody => ({
  messages: [hello],
  toolConfig: { ...toolConfig, toolChoice },
})
const schemaPath = 'toolConfig.tools.0.toolSpec.inputSchema'

describe('tools', () => {
  testRules([
    {
      rule: 'are not for R1',
      model: 'deepseek',
      otherModel: 'gptOss',
      refused: withTools(tool('f')),
      message: "This model doesn't support tool use.",
    },
    {
      rule: 'are run by the service for Nova 2 alone',
      model: 'nova',
      otherModel: 'nova2',
      refused: withTools(tool('f'), { systemTool: { name: 'nova_grounding' } }),
      message:
        "This model doesn't support the toolConfig.tools.systemTool field. Remove toolConfig.tools.systemTool and try again.",
    },
    {
      rule: 'have schemas',
      taken: withTools(tool('f')),
      refused: withTools({ toolSpec: { name: 'f', inputSchema: {} } }),
      message: `The format of the value at ${schemaPath}.json is invalid. Provide a json object and try again.`,
    },
    {
      rule: 'have schemas of objects',
      taken: withTools(tool('f')),
      refused: withTools(tool('f', { type: 'array' })),
      message: `The value at ${schemaPath}.json.type must be one of the following: object.`,
    },
    {
      rule: 'have schemas that are schemas',
      taken: withTools(tool('f', { type: 'object', properties: {} })),
      refused: withTools(tool('f', { type: 'object', properties: null })),
      message:
        `The json schema definition at ${schemaPath} is invalid. Fix the following errors and try again: ` +
        '$.properties: null found, object expected',
    },
    {
      rule: 'have names of their own, for Claude',
      taken: withTools(tool('f'), tool('g')),
      refused: withTools(tool('f'), tool('f')),
      message: vendor('tools: Tool names must be unique.'),
    },
    {
      rule: 'have names of their own elsewhere',
      model: 'nova',
      taken: withTools(tool('f'), tool('g')),
      refused: withTools(tool('f'), tool('g'), tool('g')),
      message: 'The toolConfig.tools contain duplicate tool names: g',
    },
    {
      rule: 'are not forced on Llama',
      model: 'llama',
      otherModel: 'nova',
      refused: withChoice({ any: {} }),
      message:
        "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
    },
    {
      rule: 'are not chosen for Pixtral',
      model: 'pixtral',
      otherModel: 'claude',
      refused: withChoice({ tool: { name: 'f' } }),
      message:
        "This model doesn't support the toolConfig.toolChoice.tool field. Remove toolConfig.toolChoice.tool and try again.",
    },
    {
      rule: 'are chosen by their names',
      taken: withChoice({ tool: { name: 'f' } }),
      refused: withChoice({ tool: { name: 'F' } }),
      message: 'The toolChoice names a tool that is not in toolConfig.tools.',
    },
  ])

  it.each([
    [{ required: 'a' }, '$.required: string found, array expected'],
    [{ required: ['a', 1] }, '$.required[1]: integer found, string expected'],
    [
      { type: 'text' },
      '$.type: does not have a value in the enumeration [array, boolean, integer, null, number, object, string]',
    ],
    [{ properties: { a: 'string' } }, '$.properties.a: string found, [object, boolean] expected'],
    [{ properties: { a: { items: 0.5 } } }, '$.properties.a.items: number found, [object, boolean] expected'],
    [{ anyOf: [{}, { properties: [] }] }, '$.anyOf[1].properties: array found, object expected'],
    [{ allOf: {} }, '$.allOf: object found, array expected'],
    [{ properties: { required: { type: 'string' }, anyOf: true, items: { type: ['null', 'array'] } } }, undefined],
  ])('say of %j what is no schema', (schema, fault) => {
    expect(findSchemaFault(schema)).toBe(fault)
  })
})

describe('calls and results', () => {
  testRules([
    {
      rule: 'need toolConfig',
      taken: answered(['a'], result('a')),
      refused: { messages: answered(['a'], result('a')).messages ?? [] },
      message: 'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    },
    {
      rule: 'have input',
      taken: { messages: [hello, assistant(call('a')), user(result('a'))], toolConfig },
      refused: { messages: [hello, assistant(call('a', { input: null })), user(result('a'))], toolConfig },
      message: 'The value at messages.1.content.0.toolUse.input is empty.',
    },
    {
      rule: 'have objects for input',
      taken: { messages: [hello, assistant(call('a', { input: { a: [1] } })), user(result('a'))], toolConfig },
      refused: { messages: [hello, assistant(call('a', { input: '{}' })), user(result('a'))], toolConfig },
      message:
        'The format of the value at messages.1.content.0.toolUse.input is invalid. Provide a json object for the field ' +
        'and try again.',
    },
    {
      rule: 'are not called twice by one id',
      taken: answered(['a', 'b'], result('b'), result('a')),
      refused: answered(['a', 'a'], result('a'), result('a')),
      message: 'The toolUse blocks at messages.1.content contain duplicate Ids: a',
    },
    {
      rule: 'are not answered twice by one id',
      taken: answered(['a', 'b'], result('b'), result('a')),
      refused: answered(['a', 'b'], result('a'), result('b'), result('a')),
      message: 'The toolResult blocks at messages.2.content contain duplicate Ids: a',
    },
    {
      rule: 'are made by the assistant',
      taken: answered(['a'], result('a')),
      refused: { messages: [user(call('a'))], toolConfig },
      message: 'The toolUse block at messages.0.content.0 can only be included in messages with the assistant role.',
    },
    {
      rule: 'are answered by the user, or by the service at once',
      taken: {
        messages: [
          hello,
          assistant(call('a', { type: 'server_tool_use' }), result('a', { type: 'nova_result' })),
          hello,
        ],
        toolConfig,
      },
      refused: { messages: [hello, assistant(call('a'), result('a')), hello], toolConfig },
      message: 'The toolResult block at messages.1.content.1 can only be included in messages with the user role.',
    },
    {
      rule: 'are paired by their ids',
      taken: answered(['a', 'b'], result('a'), result('b')),
      refused: answered(['a', 'b'], result('a'), result('c')),
      message: 'Expected toolResult blocks at messages.2.content for the following Ids: b',
    },
    {
      rule: 'are paired one to one',
      taken: answered(['a'], result('a')),
      refused: answered(['a'], result('a'), result('b')),
      message:
        'The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn.',
    },
    {
      rule: 'say what failed',
      taken: answered(['a'], result('a', { content: [] })),
      refused: answered(['a'], result('a', { content: [], status: 'error' })),
      message: 'The content field at messages.2.content.0.toolResult cannot be empty when status value is error.',
    },
    {
      rule: 'have no status for Palmyra',
      model: 'palmyra',
      otherModel: 'claude',
      refused: answered(['a'], result('a', { status: 'success' })),
      message: "This model doesn't support the status field. Remove status and try again.",
    },
    {
      rule: 'hold no video for Nova',
      model: 'nova',
      otherModel: 'own',
      refused: answered(['a'], result('a', { content: [{ video: { format: 'mp4', source: { bytes: 'AAAA' } } }] })),
      message: vendor(
        'Malformed input request: #/messages/2/content/0: extraneous key [toolResult] is not permitted, please reformat ' +
          'your input and try again.',
      ),
    },
    {
      rule: 'stand alone for Llama',
      model: 'llama',
      otherModel: 'nova',
      refused: answered(['a'], result('a'), text('So?')),
      message: 'messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.',
    },
    {
      rule: 'stand without documents for Claude',
      otherModel: 'nova',
      refused: answered(['a'], result('a'), text('So?'), document('A')),
      message: 'messages.2.content: document blocks and tool result blocks cannot be provided in the same turn.',
    },
    {
      rule: 'come first for Claude',
      taken: answered(['a'], result('a'), text('So?')),
      refused: answered(['a'], text('So?'), result('a')),
      message: vendor(
        'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a. Each `tool_use` block ' +
          'must have a corresponding `tool_result` block in the next message.',
      ),
    },
  ])

  it('may use an id again in a later turn', () => {
    const turn = [assistant(call('a')), user(result('a'))]
    expect(refusalOf({ messages: [hello, ...turn, ...turn], toolConfig }, { modelId: models.nova })).toBeUndefined()
  })
})
