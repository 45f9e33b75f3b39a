import { beforeAll, describe, expect, it } from 'vitest'
import type { OtlpTraces } from '../src/otlp.js'
import { draw, recordRun, savedExcerpt, savedPicture, savedTraces, savePicture, spansOf } from '../src/picture.js'

let live: OtlpTraces

beforeAll(async () => {
  live = await recordRun()
  // `npm run picture`
  if (process.env.SAVE_PICTURE) savePicture(live)
})

describe('the picture in docs/telemetry.md', () => {
  it('is what the trace view draws of the OTLP beside it', () => {
    expect(savedPicture()).toBe(draw(savedTraces()))
  })

  it('has a span of that OTLP below it', () => {
    expect(spansOf(savedTraces())).toContainEqual(savedExcerpt())
  })

  it('shows what a run says today; if not, `npm run picture` here draws it anew', () => {
    expect(facts(savedTraces())).toEqual(facts(live))
  })
})

/** What does not change from run to run. */
function facts(traces: OtlpTraces) {
  const all = spansOf(traces)
  return all
    .map(({ name, kind, parentSpanId, attributes, events, status }) => ({
      ...{ name, kind, status },
      parent: all.find(({ spanId }) => spanId === parentSpanId)?.name,
      attributes: attributes.map(({ key }) => key).sort(),
      events: events.map((event) => [event.name, event.attributes.map(({ key }) => key).sort()]),
    }))
    .sort((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)))
}
