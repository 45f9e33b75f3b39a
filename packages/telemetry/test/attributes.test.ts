import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { describe, expect, it } from 'vitest'
import * as attributes from '../src/attributes.js'

const { ownAttributes, ...copied } = attributes

describe('attribute names', () => {
  it.each(Object.entries(copied))('%s is as the semantic conventions have it', (name, value) => {
    expect(conventions).toHaveProperty(name, value)
  })

  it('of our own never take a name that the conventions have', () => {
    const taken = new Set<unknown>(Object.values(conventions))
    expect(Object.values(ownAttributes).filter((name) => taken.has(name))).toEqual([])
  })
})
