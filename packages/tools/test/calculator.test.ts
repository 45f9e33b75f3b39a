import { isAgentError } from '@x/types'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { calculator } from '../src/calculator.js'
import { toolContext } from './tool-context.js'

const { context } = toolContext()
const calculate = (expression: string) => calculator().execute({ expression }, context)

afterEach(() => {
  vi.doUnmock('mathjs')
  vi.resetModules()
})

describe('calculator', () => {
  it('is a tool with one argument', () => {
    expect(calculator()).toMatchObject({ name: 'calculator', inputSchema: { required: ['expression'] } })
  })

  it.each([
    ['0.1 + 0.2', '0.3'],
    ['123456789 * 987654321 * 1000000007', '121932631966163686788446883'],
    ['2^200', '1606938044258990275541962092341162602522202993782792835301376'],
    ['1 / 3', '0.33333333333333333333333333333333'],
    ['1 / 3 * 3', '1'],
    ['-2^2 + 2(3 + 4)', '10'],
    ['0.05 + 7 mod 4', '3.05'],
    ['2^0.5', '1.4142135623731'],
    ['20!', '2432902008176640000'],
    ['1.0001^36500', '38.467645531150542402485264725717'],
    ['round(2.567, 2) + sqrt(16) + cbrt(27)', '9.57'],
    ['log(1000, 10) + log2(8) + ln(e)', '7'],
    ['sin(pi / 6) + asin(1) / (pi / 2)', '1.5'],
    ['nthRoot(-8, 3)', '-2'],
    ['max(1, 7, 3) + mean(1, 2, 3) + gcd(12, 18) + combinations(5, 2)', '25'],
    ['1e-30 * 3', '3e-30'],
    ['(2^300 + 1) - 2^300', '1'],
    ['2^256 - 1', String(2n ** 256n - 1n)],
    ['3^2000', String(3n ** 2000n)],
    [
      '100!',
      String(Array.from({ length: 100 }, (_, index) => BigInt(index + 1)).reduce((left, right) => left * right)),
    ],
    ['gcd(7^1100, 3^2000)', '1'],
    ['gcd(-12, 18, 27) + gcd(0, 5) + lcm(-4, 6)', '20'],
    ['lcm(2^1000, 6^300) / 3^300', String(2n ** 1000n)],
    ['mod(10^999 - 1, 7)', String((10n ** 999n - 1n) % 7n)],
    ['mod(-7, 3)', '2'],
    ['7 mod -3', '-2'],
    ['mod(1e900, 7e-900) * 1e900', '1'],
    ['1.000000000000000000001^3', '1.000000000000000000003000000000000000000003000000000000000000001'],
    ['round(pi, 50)', '3.14159265358979323846264338327950288419716939937511'],
  ])('%s = %s', async (expression, result) => {
    expect(await calculate(expression)).toBe(result)
  })

  it.each([
    ['1 / 0', 'not finite'],
    ['0 / 0', 'not a real number'],
    ['sqrt(-1)', 'not a real number'],
    ['cosh(1e9)', 'not finite'],
    ['10^10^10', 'too large or too small'],
    ['10^1000', 'from -999 to 999'],
    ['9^9^9^9', 'too large or too small'],
    ['1e999999999999', 'too large or too small'],
    ['2^-99999', 'too large or too small'],
    ['((999!)!)!', 'too large or too small'],
    ['gcd(1.5, 2)', 'take integers'],
    ['mod(1)', 'two numbers'],
    ['mod(1, 0)', 'not a real number'],
    ['permutations(1001, 2)', 'up to 1000'],
    ['1e9999', 'too large or too small'],
    ['100000!', 'up to 1000'],
    ['combinations(1e9, 5e8)', 'up to 1000'],
    ['(-3)!', 'factorial cannot be calculated'],
    ['100 + 5%', 'two meanings'],
    ['1 +', 'cannot be read (char 4)'],
    ['x + 1', 'no variables'],
    ['5 cm', 'no variables or units'],
    ['"text"', 'Only numbers'],
    ['[1, 2]', 'Only arithmetic'],
    ['1:1e9', 'Only arithmetic'],
    ['a = 1', 'Only arithmetic'],
    ['f(x) = x', 'Only arithmetic'],
    ['1; 2', 'Only arithmetic'],
  ])('says why there is no result of %s', async (expression, words) => {
    const error = await calculate(expression).catch((caught) => caught)
    expect(isAgentError(error, 'invalid-tool-input')).toBe(true)
    expect(error.message).toContain(words)
  })

  it.each([
    'import({})',
    'createUnit("x")',
    'evaluate("1")',
    'parse("1")',
    'compile("1")',
    'simplify("1")',
    'derivative("x", "x")',
    'config({})',
    'constructor()',
    'toString()',
    '__proto__',
    'cos.constructor("return 1")',
    'cos["constructor"]',
    'typed()',
    'chain(1)',
    'zeros(1e9)',
    'x = import("fs")',
    'f(x) = f(x); f(1)',
    'process.exit()',
    'globalThis',
    'require("fs")',
    'this',
    '(() => 1)()',
    'sqrt.constructor("return process")()',
    'e.constructor',
    '{a: 1}',
    '"a".repeat(1e9)',
    '1 to 2',
    'help(sqrt)',
    'print("x")',
    'map([1], f)',
    'bigint(1)',
    'fraction(1, 3)',
    'resolve(1)',
    'reviver(1)',
    'random()',
  ])('does not reach %s', async (expression) => {
    await expect(calculate(expression)).rejects.toMatchObject({ code: 'invalid-tool-input' })
  })

  it('bounds the length of the expression', async () => {
    await expect(calculate(`${'1+'.repeat(250)}1`)).rejects.toThrow('String is too long')
    await expect(calculate('')).rejects.toMatchObject({ code: 'invalid-tool-input' })
  })

  it.each([
    ['nested as deep as it can be', `${'('.repeat(249)}1${')'.repeat(249)}`],
    ['signs', `${'-'.repeat(498)}1`],
    ['factorials', `3${'!'.repeat(490)}`],
    ['powers', `1${'^1'.repeat(245)}`],
    ['roots of roots', `${'cbrt('.repeat(80)}2${')'.repeat(80)}`],
    ['roots', `${'sqrt(7/3)*'.repeat(49)}1`],
    ['long divisors', `${'gcd(7^999,3^2000)+'.repeat(27)}1`],
    ['long powers', `${'1.0000001^999999999*1e-40'.repeat(1)}${'+1.0000001^999999999'.repeat(23)}`],
    ['combinations', `${'combinations(999,500)+'.repeat(22)}1`],
    ['implicit products', '2 '.repeat(249)],
    ['commas', `max(${'1,'.repeat(240)}1)`],
  ])('is done soon with %s', async (_kind, expression) => {
    await calculate('1')
    const startMs = performance.now()
    const outcome = await calculate(expression).catch((error) => error)
    expect(typeof outcome === 'string' || isAgentError(outcome, 'invalid-tool-input')).toBe(true)
    expect(performance.now() - startMs).toBeLessThan(30_000)
  })

  it('gives up what takes too long', async () => {
    const slow = `${'cbrt(1.7)*'.repeat(49)}1`
    const clock = vi.spyOn(performance, 'now')
    let ms = 0
    clock.mockImplementation(() => (ms += 100))
    await expect(calculate(slow)).rejects.toThrow('takes too long')
    clock.mockRestore()
  })

  it('only reads, and needs no more than its input', () => {
    expect(calculator().annotations).toEqual({
      title: 'Calculator',
      readOnly: true,
      destructive: false,
      idempotent: true,
      openWorld: false,
    })
  })

  it('gives a short result or invalid-tool-input, quickly, for any sequence of its symbols', async () => {
    const symbols =
      '1 2.5 1e900 0.999999 1e-900 7 123456789.123 + - * / ^ ! % mod ( ) , sqrt( sin( pow( log( gcd( lcm( nthRoot( cbrt( median( combinations( round( pi e [ ] : ? " x = < .'
    const symbol = fc.constantFrom(...symbols.split(' '))
    await calculate('1')
    await fc.assert(
      fc.asyncProperty(fc.array(symbol, { minLength: 1, maxLength: 40 }), async (parts) => {
        const startMs = performance.now()
        const outcome = await calculate(parts.join('').slice(0, 500)).catch((error) => error)
        if (typeof outcome === 'string') expect(outcome.length).toBeLessThan(1_010)
        else expect(isAgentError(outcome, 'invalid-tool-input')).toBe(true)
        expect(performance.now() - startMs).toBeLessThan(30_000)
      }),
      { numRuns: 1_000 },
    )
  })

  it('says what to install when mathjs is missing, and ends the run', async () => {
    vi.doMock('mathjs', () => {
      throw new Error('Cannot find package')
    })
    vi.resetModules()
    const { calculator } = await import('../src/calculator.js')
    const error = await calculator()
      .execute({ expression: '1' }, context)
      .catch((caught) => caught)
    expect(error).toMatchObject({ code: 'invalid-config', scope: 'run' })
    expect(error.message).toContain('npm install mathjs')
  })
})
