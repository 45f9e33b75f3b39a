import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkNames, fingerprintOfAll, fromTool } from '../src/remote-tool.js'

const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: 'object' }, ...more })

describe('fromTool', () => {
  it('makes every name legal', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }),
        fc.constantFrom('', 'fs_'),
        (name, prefix) => {
          expect(fromTool(tool(name), prefix).localName).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
        },
      ),
    )
  })

  it('takes only hints that are yes or no', () => {
    const annotations = { readOnlyHint: 'true', destructiveHint: false, title: 'T' }
    expect(fromTool(tool('a', { annotations }), '').annotations).toEqual({ title: 'T', destructive: false })
  })

  it.each([[null], [{}], [{ name: 7 }], ['a']])('refuses %j', (entry) => {
    expect(() => fromTool(entry, '')).toThrow('lists a tool without a name')
  })

  it('fingerprints everything the server says, whatever the order of members', () => {
    const print = (entry: object) => fromTool(entry, '').fingerprint
    const base = print({ name: 'a', description: 'x', inputSchema: { type: 'object', title: 't' } })
    expect(print({ inputSchema: { title: 't', type: 'object' }, description: 'x', name: 'a' })).toBe(base)
    expect(base).toMatch(/^[0-9a-f]{64}$/)
    for (const change of [
      { description: 'y' },
      { title: 't' },
      { annotations: { readOnlyHint: true } },
      { _meta: { a: 1 } },
    ]) {
      expect(print({ name: 'a', description: 'x', inputSchema: { type: 'object', title: 't' }, ...change })).not.toBe(
        base,
      )
    }
  })
})

describe('fingerprintOfAll', () => {
  it('does not depend on the order of the list or on the prefix', () => {
    const [a, b] = ['a', 'b'].map((name) => fromTool(tool(name), '')) as never[]
    const [prefixedA, prefixedB] = ['a', 'b'].map((name) => fromTool(tool(name), 'p_')) as never[]
    expect(fingerprintOfAll([b, a] as never)).toBe(fingerprintOfAll([prefixedA, prefixedB] as never))
    expect(fingerprintOfAll([a] as never)).not.toBe(fingerprintOfAll([a, b] as never))
  })
})

describe('checkNames', () => {
  it('names both tools that would be called the same', () => {
    const tools = ['read.file', 'read_file'].map((name) => fromTool(tool(name), ''))
    expect(() => checkNames(tools)).toThrow(
      '"read.file" and "read_file" of an MCP server would both be named "read_file". Leave',
    )
  })
})
