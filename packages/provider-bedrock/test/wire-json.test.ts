import { describe, expect, it } from 'vitest'
import { fromWireValue, toWireObject, toWireUnion } from '../src/wire-json.js'

const members = ['toolUse', 'toolResult']

describe('wire JSON', () => {
  it('turns bytes to base64 and back, but never inside documents', () => {
    const json = { toolResult: { content: [{ image: { source: { bytes: 'AAE=' } } }, { json: { bytes: 'AAE=' } }] } }

    const wire = toWireUnion(json, members)

    const bytes = Buffer.from([0, 1])
    expect(wire).toEqual({ toolResult: { content: [{ image: { source: { bytes } } }, { json: { bytes: 'AAE=' } }] } })
    expect(fromWireValue(wire)).toEqual(json)
  })

  it('turns unknown union members to the SDK’s way of sending them and back', () => {
    const outer = { hologram: { depth: 3 } }
    const inner = { toolResult: { content: [outer, { text: 'a' }] } }

    const wires = [toWireUnion(outer, members), toWireUnion(inner, members)]

    const unknown = { $unknown: ['hologram', { depth: 3 }] }
    expect(wires).toEqual([unknown, { toolResult: { content: [unknown, { text: 'a' }] } }])
    expect(wires.map(fromWireValue)).toEqual([outer, inner])
  })

  it('leaves out what is undefined', () => {
    expect(fromWireValue({ a: undefined, b: null, c: [1] })).toEqual({ b: null, c: [1] })
  })
})

describe('toWireObject', () => {
  it('wraps what is no object', () => {
    expect([{ a: 1 }, [1], 'x', null].map((value) => toWireObject(value))).toEqual([
      { a: 1 },
      { value: [1] },
      { value: 'x' },
      { value: null },
    ])
  })
})
