import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConverseBody, LocalRequest, WireMessage } from '../src/index.js'
import { checkRequest } from '../src/rules.js'
import { standIn } from '../src/stand-in.js'
import { fixture, fixturesNote, haveFixtures } from './fixtures.js'
import { clientOf, converse, modelId, withLocal } from './helpers.js'

function refusalOf(body: ConverseBody, request: Partial<LocalRequest> = {}): string | undefined {
  const refusal = checkRequest({ operation: 'Converse', modelId, headers: {}, body, ...request })
  return refusal && `${refusal.status} ${refusal.error}: ${refusal.message}`
}

const hello: WireMessage = { role: 'user', content: [{ text: 'Hello' }] }
const call = (id: string, type?: string) => ({
  toolUse: { toolUseId: id, name: 'f', input: {}, ...(type && { type }) },
})
const result = (toolUseId: string) => ({ toolResult: { toolUseId, content: [{ text: 'done' }] } })
const toolConfig = { tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }] }
const nova = 'us.amazon.nova-lite-v1:0'

describe('checkRequest', () => {
  it('takes a plain question', () => {
    expect(refusalOf({ messages: [hello] })).toBeUndefined()
  })

  it.each(['nonsense', 'us.anthropic.Claude!', '', 'arn:aws:bedrock', 'anthropic.'])(
    'does not know the model id %j',
    (id) => {
      const message = '400 ValidationException: The provided model identifier is invalid.'
      expect(refusalOf({ messages: [hello] }, { modelId: id })).toBe(message)
    },
  )

  it.each([
    'anthropic.claude-3-haiku-20240307-v1:0',
    'deepseek.v3.2',
    'moonshotai.kimi-k2.5',
    'openai.gpt-oss-120b-1:0',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr',
    'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
    '0123456789ab',
  ])('knows the form of the model id %s', (id) => {
    expect(refusalOf({ messages: [hello] }, { modelId: id })).toBeUndefined()
  })

  it('reads neighbouring messages of one role as one before it pairs calls and results', () => {
    const messages: WireMessage[] = [
      hello,
      { role: 'assistant', content: [call('a')] },
      { role: 'assistant', content: [call('b')] },
      { role: 'user', content: [result('b')] },
      { role: 'user', content: [result('a')] },
    ]
    expect(refusalOf({ messages, toolConfig })).toBeUndefined()
  })

  it('asks for the results of calls that nothing answers yet', () => {
    const messages: WireMessage[] = [hello, { role: 'assistant', content: [call('a'), call('b')] }]
    const message = 'Expected toolResult blocks at messages.2.content for the following Ids: a, b'
    expect(refusalOf({ messages, toolConfig })).toBe(`400 ValidationException: ${message}`)
  })

  it('asks for no results of server tools', () => {
    const messages: WireMessage[] = [hello, { role: 'assistant', content: [call('a', 'server_tool_use')] }, hello]
    expect(refusalOf({ messages, toolConfig })).toBeUndefined()
  })

  it('lets only some families begin with an assistant message', () => {
    const messages: WireMessage[] = [{ role: 'assistant', content: [{ text: 'Welcome.' }] }, hello]
    expect(refusalOf({ messages })).toBeUndefined()
    expect(refusalOf({ messages }, { modelId: nova })).toContain('A conversation must start with a user message.')
  })

  it('says which part of a body has the wrong type', () => {
    const wrong = (body: unknown) => refusalOf(body as ConverseBody)
    expect(wrong({ messages: 'Hello' })).toContain("The value at 'messages' is of the wrong type.")
    expect(wrong({ messages: [{ role: 'user', content: 'Hello' }] })).toContain("'messages.1.member.content'")
    expect(wrong({ messages: [{ role: 'robot', content: [] }] })).toContain('enum value set: [user, assistant, system]')
    expect(wrong({ messages: [hello], toolConfig: { tools: {} } })).toContain("'toolConfig.tools'")
    expect(wrong({ messages: [hello], system: 'Be brief.' })).toContain("'system'")
  })

  it('sends its refusal to a real client with status, class and message', async () => {
    await withLocal({}, async (local) => {
      const input = {
        system: [{ text: 'a' }, { cachePoint: { type: 'default' as const } }],
        modelId: 'us.deepseek.r1-v1:0',
      }
      await expect(converse(clientOf(local), input)).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: 'You invoked an unsupported model or your request did not allow prompt caching.',
        $metadata: { httpStatusCode: 403 },
      })
    })
  })

  it('and the stand-in live through bodies of any shape', () => {
    const names = ['text', 'toolUse', 'toolResult', 'content', 'role', 'user', 'tools', 'toolSpec', 'json', 'messages']
    const odd = fc.jsonValue({ maxDepth: 3, noUnicodeString: false })
    const block = fc.oneof(
      fc.record({ text: fc.string() }),
      fc.dictionary(fc.constantFrom(...names, 'image', 'document', 'cachePoint'), odd),
    )
    const message = fc.record({ role: fc.constantFrom('user', 'assistant'), content: fc.array(block) })
    const body = fc.record(
      {
        messages: fc.oneof(fc.array(message), odd),
        system: odd,
        toolConfig: fc.oneof(odd, fc.record({ tools: fc.array(fc.dictionary(fc.constantFrom(...names), odd)) })),
        inferenceConfig: odd,
        guardrailConfig: odd,
        additionalModelRequestFields: odd,
        outputConfig: odd,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(body, fc.constantFrom(modelId, nova, 'us.meta.llama4-scout-17b-instruct-v1:0'), (value, id) => {
        const request = { operation: 'ConverseStream' as const, modelId: id, headers: {}, body: value as ConverseBody }
        if (!checkRequest(request)) expect(standIn(request)).toBeDefined()
      }),
      { numRuns: 1000 },
    )
  })
})

interface RequestCase {
  readonly id: string
  readonly kind: string
  readonly input: { readonly operation: string; readonly modelId: string; readonly body: ConverseBody }
  readonly expected: { readonly status: number; readonly message: string; readonly detail: string }
}

describe.skipIf(!haveFixtures)(`checkRequest on recorded requests${fixturesNote}`, () => {
  const check = ({ input }: RequestCase) => {
    const operation = input.operation === 'converse-stream' ? 'ConverseStream' : 'Converse'
    return checkRequest({ operation, modelId: input.modelId, body: input.body, headers: {} })
  }
  const accepted = fixture<RequestCase>('requests-accepted.json').filter(({ kind }) => kind === 'request-accepted')
  const refused = fixture<RequestCase>('requests-refused.json')

  it('refuses nothing that the service took', () => {
    expect(accepted).not.toHaveLength(0)
    expect(accepted.flatMap((one) => check(one)?.message ?? [])).toEqual([])
  })

  it.each(refused)('refuses $id in the words of the service', (one) => {
    const refusal = check(one)
    expect(refusal?.status).toBe(one.expected.status)
    // The quoted messages stand for all places, ids and kinds; what is told apart here is which rule spoke.
    const [words = ''] = one.expected.message.split(/\.\.\.|messages\.N|tools\.N|toolChoice\.any|Please consult/)
    expect(refusal?.message.startsWith(words.trim())).toBe(true)
  })
})
