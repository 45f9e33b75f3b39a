import { describe, expect, it } from 'vitest'
import { checkOutput } from '../src/check-output.js'

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more }) as never

describe('checkOutput', () => {
  it('tells by path what does not fit, without the value', async () => {
    const failure = checkOutput('weather', object({ a: { type: 'number' } }, { required: ['b'] }), { a: 'secret' })
    await expect(failure).rejects.toMatchObject({ code: 'invalid-output' })
    await expect(failure).rejects.toThrow(/What weather gave does not fit[\s\S]*- a:/)
    await expect(failure).rejects.not.toThrow('secret')
  })

  it('runs no regular expression of the server', async () => {
    const evil = object(
      { a: { type: 'string', pattern: '^(a+)+$' } },
      { patternProperties: { '^(b+)+$': false }, additionalProperties: false },
    )
    const started = performance.now()
    await checkOutput('evil', evil, { a: `${'a'.repeat(40)}!`, [`${'b'.repeat(40)}!`]: 1 })
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('still checks members that are named like keywords', async () => {
    const schema = object({ pattern: { type: 'string' }, format: { const: { pattern: 'x' } } })
    await checkOutput('t', schema, { pattern: 'p', format: { pattern: 'x' } })
    await expect(checkOutput('t', schema, { pattern: 1 })).rejects.toMatchObject({ code: 'invalid-output' })
    await expect(checkOutput('t', schema, { format: { pattern: 'y' } })).rejects.toMatchObject({
      code: 'invalid-output',
    })
  })

  it('does not follow references, which can multiply', async () => {
    const definitions = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [
        `d${n}`,
        { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
      ]),
    )
    const bomb = object({ a: { $ref: '#/$defs/d0' } }, { $defs: { ...definitions, d40: {} } })
    const started = performance.now()
    await checkOutput('bomb', bomb, { a: 1 })
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('leaves a schema alone that is nested without end', async () => {
    let schema: object = { type: 'string' }
    for (let depth = 0; depth < 20_000; depth++) schema = { properties: { a: schema } }
    await checkOutput('deep', object({ a: schema }), { a: 1 })
  })
})
