import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { describe, expect, it } from 'vitest'
import * as attributes from '../src/attributes.js'

const { ownAttributes, ownEvents, ownMetrics, ...copied } = attributes
const taken = new Set<unknown>(Object.values(conventions))

describe('names', () => {
  it.each(Object.entries(copied))('%s is as the semantic conventions 1.45.0 have it', (name, value) => {
    expect(conventions).toHaveProperty(name, value)
  })

  it.each(Object.entries({ ...ownAttributes, ...ownEvents, ...ownMetrics }))(
    '%s of our own is no name of the conventions, and under one of our prefixes',
    (_, name) => {
      expect(taken.has(name)).toBe(false)
      expect(name).toMatch(/^(x|aws\.bedrock)\.[a-z0-9_.]+$/)
    },
  )

  it('of our own are all different within attributes, events and metrics', () => {
    for (const names of [ownAttributes, ownEvents, ownMetrics]) {
      const values = Object.values(names)
      expect(new Set(values).size).toBe(values.length)
    }
  })
})
