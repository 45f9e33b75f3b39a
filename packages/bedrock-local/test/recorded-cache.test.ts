import { describe, expect, it } from 'vitest'
import type { WireUsage } from '../src/index.js'
import { fixture, fixturesNote, haveFixtures } from './fixtures.js'
import { withLocal } from './helpers.js'

interface RecordedCase {
  readonly id: string
  readonly input: { readonly modelId?: string; readonly body: object }
}

interface RecordedResponse {
  readonly id: string
  readonly input: { readonly body: { readonly usage: WireUsage } }
}

/** The usage that this endpoint reports for recorded requests sent one after the other, and what was recorded. */
async function played(name: string, count: number): Promise<{ ours: WireUsage[]; theirs: WireUsage[] }> {
  const requests = fixture<RecordedCase>('requests-accepted.json')
  const responses = fixture<RecordedResponse>('converse-responses.json')
  const ours: WireUsage[] = []
  const theirs: WireUsage[] = []
  // Some of the models are gone meanwhile, and the rules know it.
  await withLocal({ reply: () => 'ok', rules: false }, async (local) => {
    for (let at = 0; at < count; at++) {
      const request = requests.find(({ id }) => id === `req.${name}.${at}`)
      const response = responses.find(({ id }) => id === `resp.${name}.${at}`)
      if (!request || !response) throw new Error(`There is no recording ${name}.${at}.`)
      const url = `${local.url}/model/${encodeURIComponent(request.input.modelId ?? '')}/converse`
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify(request.input.body) })
      ours.push(((await answer.json()) as { usage: WireUsage }).usage)
      theirs.push(response.input.body.usage)
    }
  })
  return { ours, theirs }
}

/** Which numbers there are, and which of them are 0: the numbers themselves are estimates here. */
function shape({ cacheReadInputTokens: read = 0, cacheWriteInputTokens: written = 0, cacheDetails }: WireUsage) {
  return { reads: read > 0, writes: written > 0, ttls: cacheDetails?.map(({ ttl }) => ttl) }
}

describe.skipIf(!haveFixtures)(`recorded cache traffic${fixturesNote}`, () => {
  it('is played as it was: a system prompt written, then read', async () => {
    const { ours, theirs } = await played('ddpy.bedrock-converse-prompt-caching', 2)
    // This one was recorded before the service named its times to live.
    expect(ours.map((usage) => ({ ...shape(usage), ttls: undefined }))).toEqual(theirs.map(shape))
    expect(ours[1]?.cacheReadInputTokens).toBe(ours[0]?.cacheWriteInputTokens)
  })

  it('is played as it was: a point that moved on in a conversation', async () => {
    const { ours, theirs } = await played('pydantic.cache-messages-with-document-as-last-content', 2)
    expect(ours.map(shape)).toEqual(theirs.map(shape))
    expect(ours[1]?.cacheReadInputTokens).toBe(ours[0]?.cacheWriteInputTokens)
    for (const { inputTokens, outputTokens, totalTokens, ...cached } of ours) {
      const { cacheReadInputTokens: read = 0, cacheWriteInputTokens: written = 0 } = cached
      expect(totalTokens).toBe(inputTokens + outputTokens + read + written)
    }
  })

  it('is played as it was: another tool choice leaves a system prompt of Claude in the cache', async () => {
    const { ours, theirs } = await played('pydantic.single-tool-choice-preserves-cache-anthropic', 4)
    // Theirs was in the cache before the recording began.
    expect(ours.slice(1).map(shape)).toEqual(theirs.slice(1).map(shape))
    expect(shape(ours[0] as WireUsage)).toEqual({ reads: false, writes: true, ttls: ['5m'] })
  })
})
