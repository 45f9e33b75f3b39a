import { BedrockAgentRuntimeClient } from '@aws-sdk/client-bedrock-agent-runtime'
import type { JsonObject } from '@x/types'
import { isAgentError } from '@x/types'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RetrieveOptions } from '../src/retrieve.js'
import { retrieve } from '../src/retrieve.js'
import { serveHttp2 } from './http-server.js'
import { toolContext } from './tool-context.js'

interface Asked {
  readonly path: string
  readonly body: JsonObject
}

/** A server that speaks the operation Retrieve (`POST /knowledgebases/{id}/retrieve`), and the SDK's own client for it. */
async function knowledgeBase(answer: (asked: Asked) => { status?: number; type?: string; body: object | string }) {
  const asked: Asked[] = []
  const { origin } = await serveHttp2(async (request, response) => {
    const body = JSON.parse((await request.toArray()).join('')) as JsonObject
    asked.push({ path: `${request.method} ${request.url}`, body })
    const { status = 200, type, body: said } = answer({ path: request.url ?? '', body })
    response.writeHead(status, { 'content-type': 'application/json', ...(type && { 'x-amzn-errortype': type }) })
    response.end(typeof said === 'string' ? said : JSON.stringify(said))
  })
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
  const client = new BedrockAgentRuntimeClient({ region: 'us-west-2', endpoint: origin, credentials, maxAttempts: 1 })
  const call = (input: object, options: Partial<RetrieveOptions> = {}, env?: unknown, signal?: AbortSignal) => {
    const { context } = toolContext({ env, ...(signal && { signal }) })
    return retrieve({ knowledgeBaseId: 'KB12345678', client, ...options }).execute(input as never, context)
  }
  return { asked, call, origin }
}

const chunk = (text: string, others: object = {}) => ({ content: { type: 'TEXT', text }, score: 0.5, ...others })

afterEach(() => {
  vi.unstubAllEnvs()
  vi.doUnmock('@aws-sdk/client-bedrock-agent-runtime')
  vi.resetModules()
})

describe('retrieve', () => {
  it('sends the question, and gives passages with their sources', async () => {
    const { asked, call } = await knowledgeBase(() => ({
      body: {
        retrievalResults: [
          chunk('Returns within 30 days.', {
            location: { type: 'S3', s3Location: { uri: 's3://bucket/policies/returns.pdf' } },
            metadata: { 'x-amz-bedrock-kb-document-page-number': 3, 'x-amz-bedrock-kb-source-uri': 's3://other' },
          }),
          chunk('Shipping is free.', { location: { type: 'WEB', webLocation: { url: 'https://a.test/ship/?x=1#y' } } }),
        ],
      },
    }))
    expect(await call({ query: 'How long can I return?' })).toEqual([
      {
        type: 'search-result',
        source: 's3://bucket/policies/returns.pdf',
        title: 'returns.pdf, page 3',
        content: ['Returns within 30 days.'],
        citations: true,
      },
      {
        type: 'search-result',
        source: 'https://a.test/ship/?x=1#y',
        title: 'ship',
        content: ['Shipping is free.'],
        citations: true,
      },
    ])
    expect(asked).toEqual([
      {
        path: 'POST /knowledgebases/KB12345678/retrieve',
        body: {
          retrievalQuery: { text: 'How long can I return?' },
          retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 5 } },
        },
      },
    ])
  })

  it('sends what the caller set, by the values of the run', async () => {
    const { asked, call } = await knowledgeBase(() => ({ body: { retrievalResults: [] } }))
    const options: Partial<RetrieveOptions> = {
      ...{ knowledgeBaseId: (env) => Object(env).base, userId: (env) => Object(env).user, searchType: 'hybrid' },
      filter: (env) => ({ equals: { key: 'tenant', value: Object(env).tenant } }),
      guardrail: { id: 'gr1234567890', version: '1' },
    }
    await call({ query: 'q', numberOfResults: 7 }, options, { base: 'KBOFANN123', user: 'ann', tenant: 'acme' })
    expect(asked).toEqual([
      {
        path: 'POST /knowledgebases/KBOFANN123/retrieve',
        body: {
          retrievalQuery: { text: 'q' },
          retrievalConfiguration: {
            vectorSearchConfiguration: {
              numberOfResults: 7,
              overrideSearchType: 'HYBRID',
              filter: { equals: { key: 'tenant', value: 'acme' } },
            },
          },
          userContext: { userId: 'ann' },
          guardrailConfiguration: { guardrailId: 'gr1234567890', guardrailVersion: '1' },
        },
      },
    ])
    await call({ query: 'q' }, { searchType: 'semantic', filter: { in: { key: 'k', value: ['a'] } } })
    expect(asked[1]?.body.retrievalConfiguration).toMatchObject({
      vectorSearchConfiguration: { overrideSearchType: 'SEMANTIC', filter: { in: { key: 'k', value: ['a'] } } },
    })
  })

  it('does not let the model change what the caller set', async () => {
    const { asked, call } = await knowledgeBase(() => ({ body: { retrievalResults: [] } }))
    for (const input of [
      { filter: {} },
      { knowledgeBaseId: 'KBOTHER123' },
      { numberOfResults: 21 },
      { numberOfResults: 0 },
    ]) {
      await expect(call({ query: 'q', ...input })).rejects.toMatchObject({ code: 'invalid-tool-input' })
    }
    expect(asked).toEqual([])
  })

  it.each([
    ['CONFLUENCE', { confluenceLocation: { url: 'https://c.test/wiki/Page' } }, 'https://c.test/wiki/Page', 'Page'],
    ['SALESFORCE', { salesforceLocation: { url: 'https://s.test/a/b' } }, 'https://s.test/a/b', 'b'],
    ['SHAREPOINT', { sharePointLocation: { url: 'https://p.test/d.docx' } }, 'https://p.test/d.docx', 'd.docx'],
    ['ONEDRIVE', { oneDriveLocation: { url: 'https://o.test/e' } }, 'https://o.test/e', 'e'],
    ['GOOGLEDRIVE', { googleDriveLocation: { url: 'https://g.test/f' } }, 'https://g.test/f', 'f'],
    ['KENDRA', { kendraDocumentLocation: { uri: 'https://k.test/g' } }, 'https://k.test/g', 'g'],
    ['CUSTOM', { customDocumentLocation: { id: 'doc-1' } }, 'doc-1', 'doc-1'],
    ['SQL', { sqlLocation: { query: 'select a/b from c' } }, 'select a/b from c', 'select a/b from c'],
    ['WEB', {}, 'knowledge base', 'knowledge base'],
  ])('names the source of %s', async (type, place, source, title) => {
    const { call } = await knowledgeBase(() => ({
      body: { retrievalResults: [chunk('t', { location: { type, ...place } })] },
    }))
    expect(await call({ query: 'q' })).toMatchObject([{ source, title }])
  })

  it('takes titles and sources from the metadata, too', async () => {
    const metadata = { title: 'The Handbook', 'x-amz-bedrock-kb-source-uri': 's3://b/h.pdf' }
    const { call } = await knowledgeBase(() => ({ body: { retrievalResults: [chunk('t', { metadata })] } }))
    expect(await call({ query: 'q' })).toMatchObject([{ source: 's3://b/h.pdf', title: 'The Handbook' }])
  })

  it('gives rows, speech, films and pictures', async () => {
    const contents = [
      {
        type: 'ROW',
        row: [
          { columnName: 'a', columnValue: '1' },
          { columnName: 'b', columnValue: '2' },
        ],
      },
      { type: 'AUDIO', audio: { s3Uri: 's3://b/a.mp3', transcription: 'spoken' } },
      { type: 'VIDEO', video: { s3Uri: 's3://b/a.mp4', summary: 'seen' } },
      { type: 'IMAGE', byteContent: 'data:image/png;base64,iVBORw0KGgo=' },
      { type: 'TEXT', text: '' },
    ]
    const { call } = await knowledgeBase(() => ({
      body: { retrievalResults: contents.map((content) => ({ content })) },
    }))
    expect(await call({ query: 'q' })).toMatchObject([
      { content: ['a: 1\nb: 2'] },
      { content: ['spoken'] },
      { content: ['seen'] },
      { content: ['(image without text)'] },
      { type: 'image', format: 'png', source: { type: 'base64', base64: 'iVBORw0KGgo=' } },
      { content: ['(text without text)'] },
    ])
  })

  it('leaves out what scores too low', async () => {
    const results = [chunk('good', { score: 0.8 }), chunk('bad', { score: 0.3 }), chunk('none', { score: undefined })]
    const { call } = await knowledgeBase(() => ({ body: { retrievalResults: results } }))
    expect(await call({ query: 'q' }, { minScore: 0.5 })).toMatchObject([{ content: ['good'] }])
    expect(await call({ query: 'q' }, { minScore: 0.9 })).toEqual([{ type: 'text', text: '(Nothing was found.)' }])
  })

  it('is bounded, and says what did not fit', async () => {
    const { call } = await knowledgeBase(() => ({
      body: { retrievalResults: ['a', 'b', 'c'].map((one) => chunk(one.repeat(8))) },
    }))
    expect(await call({ query: 'q' }, { maxChars: 12 })).toMatchObject([
      { content: ['aaaaaaaa'] },
      { content: ['bbbb…'] },
      { type: 'text', text: '(1 more results did not fit: ask for something narrower.)' },
    ])
  })

  it('says when a guardrail was at work', async () => {
    const { call } = await knowledgeBase(() => ({ body: { retrievalResults: [], guardrailAction: 'INTERVENED' } }))
    expect(await call({ query: 'q' })).toEqual([
      { type: 'text', text: '(A guardrail withheld or changed results. Nothing was found.)' },
    ])
  })

  it('gives plain text for models that cannot cite', async () => {
    const result = chunk('words', { location: { type: 'WEB', webLocation: { url: 'https://a.test/b' } } })
    const { call } = await knowledgeBase(() => ({ body: { retrievalResults: [result] } }))
    expect(await call({ query: 'q' }, { form: 'text' })).toEqual([
      { type: 'text', text: '[b](https://a.test/b)\nwords' },
    ])
  })

  it('only reads', () => {
    const { name, annotations, timeoutMs } = retrieve({ knowledgeBaseId: 'KB12345678', name: 'search_policies' })
    expect([name, annotations?.readOnly, annotations?.destructive, timeoutMs]).toEqual([
      'search_policies',
      true,
      false,
      30_000,
    ])
  })
})

describe('an error', () => {
  it.each([
    [429, 'ThrottlingException', 'throttled', true, 'step'],
    [403, 'AccessDeniedException', 'access-denied', false, 'step'],
    [403, 'ExpiredTokenException', 'credentials', false, 'run'],
    [404, 'ResourceNotFoundException', 'invalid-config', false, 'run'],
    [400, 'ValidationException', 'invalid-request', false, 'step'],
    [400, 'ServiceQuotaExceededException', 'quota', false, 'step'],
    [500, 'InternalServerException', 'unavailable', true, 'step'],
    [502, 'BadGatewayException', 'unavailable', true, 'step'],
    [424, 'DependencyFailedException', 'unavailable', true, 'step'],
    [409, 'ConflictException', 'unavailable', true, 'step'],
    [503, 'SomethingNew', 'unavailable', true, 'step'],
  ])('of status %i, %s, is %s', async (status, type, code, retryable, scope) => {
    const { call } = await knowledgeBase(() => ({ status, type, body: { message: 'What the service said' } }))
    const error = await call({ query: 'q' }).catch((caught) => caught)
    expect(error).toMatchObject({ code, retryable, scope, status })
    expect(error.message).toContain('Retrieve from the knowledge base KB12345678 failed: What the service said.')
  })

  it('of the network is one', async () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const endpoint = 'http://127.0.0.1:1'
    const client = new BedrockAgentRuntimeClient({ region: 'us-west-2', endpoint, credentials, maxAttempts: 1 })
    const tool = retrieve({ knowledgeBaseId: 'KB12345678', client })
    const failure = tool.execute({ query: 'q' }, toolContext().context)
    await expect(failure).rejects.toMatchObject({ code: 'network', retryable: true })
  })

  it('of an answer that is none is one, too', async () => {
    const { call } = await knowledgeBase(() => ({ body: '<html>' }))
    expect(isAgentError(await call({ query: 'q' }).catch((error) => error), 'internal')).toBe(true)
  })

  it('is told at once for an id that is none', async () => {
    expect(() => retrieve({ knowledgeBaseId: '../x' })).toThrow('is not the id of a knowledge base')
    expect(() => retrieve({ knowledgeBaseId: 'KB12345678', maxResults: 101 })).toThrow('up to 100')
    const { call } = await knowledgeBase(() => ({ body: {} }))
    await expect(call({ query: 'q' }, { knowledgeBaseId: () => 'a/b' })).rejects.toMatchObject({
      code: 'invalid-config',
    })
  })
})

describe('the call', () => {
  it('can be aborted', async () => {
    const { origin } = await serveHttp2(() => undefined)
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const client = new BedrockAgentRuntimeClient({ region: 'us-west-2', endpoint: origin, credentials })
    const { context } = toolContext({ signal: AbortSignal.timeout(100) })
    const work = retrieve({ knowledgeBaseId: 'KB12345678', client }).execute({ query: 'q' }, context)
    await expect(work).rejects.toMatchObject({ code: 'aborted' })
  })

  it('makes its own client when none is given, where AWS_DEFAULT_REGION says', async () => {
    const { origin, asked } = await knowledgeBase(() => ({ body: { retrievalResults: [chunk('found')] } }))
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME', origin)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('AWS_REGION', '')
    vi.stubEnv('AWS_DEFAULT_REGION', 'eu-west-1')
    const output = await retrieve({ knowledgeBaseId: 'KB12345678' }).execute({ query: 'q' }, toolContext().context)
    expect(output).toMatchObject([{ content: ['found'] }])
    expect(asked).toHaveLength(1)
  })

  it('says what to install when the SDK is missing, and ends the run', async () => {
    vi.doMock('@aws-sdk/client-bedrock-agent-runtime', () => {
      throw new Error('Cannot find package')
    })
    vi.resetModules()
    const { retrieve } = await import('../src/retrieve.js')
    const failure = retrieve({ knowledgeBaseId: 'KB12345678' }).execute({ query: 'q' }, toolContext().context)
    await expect(failure).rejects.toMatchObject({ code: 'invalid-config', scope: 'run' })
    await expect(failure).rejects.toThrow('npm install @aws-sdk/client-bedrock-agent-runtime')
  })

  it('gives a result or an AgentError for any answer and any input', async () => {
    let said: object | string = {}
    const { call } = await knowledgeBase(() => ({ body: said }))
    const result = fc.record(
      { content: fc.anything(), location: fc.anything(), score: fc.anything(), metadata: fc.anything() },
      { requiredKeys: [] },
    )
    const body = fc.oneof(fc.record({ retrievalResults: fc.array(result) }), fc.json())
    const input = fc.oneof(
      fc.constant({ query: 'q' }),
      fc.record({ query: fc.string(), numberOfResults: fc.integer() }),
      fc.anything(),
    )
    await fc.assert(
      fc.asyncProperty(body, input, async (answer, value) => {
        said = typeof answer === 'string' ? answer : safely(answer)
        const outcome = await call(value as object).catch((error) => error)
        expect(Array.isArray(outcome) || isAgentError(outcome)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

function safely(value: object): object {
  try {
    return JSON.parse(JSON.stringify(value))
  } catch {
    return {}
  }
}
