import { AgentError } from '@x/types'
import type { BigNumber, MathJsInstance, MathNode } from 'mathjs'

type Mathjs = typeof import('mathjs')

/*
 * mathjs parses; what is run is decided here. Only the names below can be reached, so nothing of mathjs that defines,
 * imports, evaluates or simplifies is within an expression's grasp, whatever mathjs adds.
 */

/** Done in decimal arithmetic of {@link precision} digits. */
const exactFunctions = new Set([
  ...['add', 'subtract', 'multiply', 'divide', 'unaryMinus', 'unaryPlus', 'factorial'],
  ...['abs', 'ceil', 'floor', 'fix', 'round', 'sign', 'sqrt', 'cbrt', 'square', 'cube'],
  ...['min', 'max', 'sum', 'mean', 'median', 'combinations', 'permutations'],
])

/** Done here, as mathjs rounds on the way (`mod`) or takes seconds for long numbers (`gcd`). */
const ownFunctions: {
  readonly [name: string]: ((math: MathJsInstance, inputs: readonly BigNumber[]) => unknown) | undefined
} = {
  mod: (_math, inputs) => remainder(inputs),
  gcd: (math, inputs) => math.bignumber(String(toIntegers(inputs).reduce(commonDivisor))),
  lcm: (math, inputs) => math.bignumber(String(toIntegers(inputs).reduce(commonMultiple))),
}

/** Done in double precision: in 64 digits already, a single `asin` near 1 takes half a minute. */
const doubleFunctions: { readonly [name: string]: ((...inputs: number[]) => number) | undefined } = {
  ...{ sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin, acos: Math.acos, atan: Math.atan },
  ...{ sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh },
  ...{ atan2: Math.atan2, hypot: Math.hypot, exp: Math.exp, expm1: Math.expm1, log1p: Math.log1p },
  ...{ log2: Math.log2, log10: Math.log10, ln: Math.log, pow: Math.pow },
  log: (value = Number.NaN, base = Math.E) => logarithm(value, base),
  nthRoot: (value = Number.NaN, root = 2) => realRoot(value, root),
}

const constants = new Set(['pi', 'e', 'tau', 'phi'])

/** Digits; the most that decimal.js knows pi to is 1,025. */
const precision = 1000
/** Powers of ten beyond which nothing is calculated, to either side. Every integer within them has all its digits. */
const maxExponent = precision - 1
/** One step takes a tenth of this at most. */
const maxMs = 1000
/** Greatest argument of functions that work as long as it is great. */
const maxCount = 1000
const maxPower = 1e9

/** One evaluation. */
interface Evaluation {
  readonly math: MathJsInstance
  readonly endsAtMs: number
  /** Whether a function of double precision took part. */
  isDouble: boolean
}

let shared: MathJsInstance | undefined

/**
 * The value of an arithmetic expression as text: integers whole, fractions whole up to 64 digits and else to 32 digits, or
 * anything to 14 where a function of double precision took part.
 * @throws AgentError `invalid-tool-input` saying why there is none.
 */
export function evaluateExpression({ create, all }: Mathjs, expression: string): string {
  shared ??= create(all ?? {}, { number: 'BigNumber', precision })
  const evaluation: Evaluation = { math: shared, endsAtMs: performance.now() + maxMs, isDouble: false }
  const value = evaluate(evaluation, parse(shared, expression))
  const exactDigits = value.isInteger() || value.precision() <= 64 ? precision : 32
  const digits = evaluation.isDouble ? 14 : exactDigits
  return shared.format(value, { precision: digits, lowerExp: -20, upperExp: value.isInteger() ? precision : 64 })
}

function parse({ parse: parseText }: MathJsInstance, expression: string): MathNode {
  // mathjs reads "5% + 7" as a remainder; a wrong number is worse than none.
  if (expression.includes('%')) throw refused('The sign % has two meanings: write mod(a, b), or a / 100 for percent.')
  try {
    return parseText(expression)
  } catch (cause) {
    const place = cause instanceof SyntaxError ? /\(char \d+\)/.exec(cause.message)?.[0] : undefined
    throw refused(`The expression cannot be read${place ? ` ${place}` : ''}.`, cause)
  }
}

function evaluate(evaluation: Evaluation, node: MathNode): BigNumber {
  const { math } = evaluation
  if (math.isConstantNode(node)) {
    const value: unknown = node.value
    if (math.isBigNumber(value)) return bounded(value)
    throw refused('Only numbers can be calculated with, not text or true and false.')
  }
  if (math.isSymbolNode(node)) {
    if (constants.has(node.name)) return math.bignumber(math.evaluate(node.name))
    throw refused('There are no variables or units; the constants are pi, e, tau and phi.')
  }
  if (math.isParenthesisNode(node)) return evaluate(evaluation, node.content)
  if (math.isOperatorNode(node)) return call(evaluation, node.fn, node.args)
  if (math.isFunctionNode(node) && math.isSymbolNode(node.fn)) return call(evaluation, node.fn.name, node.args)
  throw refused('Only arithmetic is calculated: numbers, operators, parentheses and function calls.')
}

function call(evaluation: Evaluation, name: string, nodes: readonly MathNode[]): BigNumber {
  const { math } = evaluation
  const inDoubles = Object.hasOwn(doubleFunctions, name) ? doubleFunctions[name] : undefined
  const own = Object.hasOwn(ownFunctions, name) ? ownFunctions[name] : undefined
  if (!inDoubles && !own && !exactFunctions.has(name)) {
    throw refused('The expression uses an operator or function that is not offered.')
  }
  const inputs = nodes.map((node) => evaluate(evaluation, node))
  if (performance.now() > evaluation.endsAtMs) throw refused('The expression takes too long.')
  if (own) return bounded(own(math, inputs))
  const [, exponent] = inputs
  if (name === 'pow' && inputs.length === 2 && exponent?.isInteger()) {
    if (exponent.abs().gt(maxPower)) throw tooLarge()
    return bounded(exactly(math, name, inputs))
  }
  if (inDoubles) {
    evaluation.isDouble = true
    return bounded(fromDouble(math, inDoubles(...inputs.map((input) => input.toNumber()))))
  }
  if (/^(factorial|combinations|permutations)$/.test(name) && inputs.some((input) => input.abs().gt(maxCount))) {
    throw refused(`${name} is calculated up to ${maxCount}.`)
  }
  return bounded(exactly(math, name, inputs))
}

/** With the sign of the divisor. */
function remainder([value, divisor, ...more]: readonly BigNumber[]): BigNumber {
  if (!value || !divisor || more.length > 0) throw refused('mod takes two numbers.')
  const rest = value.mod(divisor)
  return rest.isZero() || rest.isNegative() === divisor.isNegative() ? rest : rest.plus(divisor)
}

function toIntegers(inputs: readonly BigNumber[]): bigint[] {
  if (inputs.length === 0 || !inputs.every((input) => input.isInteger())) throw refused('gcd and lcm take integers.')
  return inputs.map((input) => BigInt(input.abs().toFixed()))
}

function commonDivisor(left: bigint, right: bigint): bigint {
  let [divisor, rest] = [left, right]
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest]
  return divisor
}

function commonMultiple(left: bigint, right: bigint): bigint {
  return left === 0n || right === 0n ? 0n : (left / commonDivisor(left, right)) * right
}

function exactly(math: MathJsInstance, name: string, inputs: readonly BigNumber[]): unknown {
  const run: unknown = Reflect.get(math, name)
  if (typeof run !== 'function') throw refused('The expression uses an operator or function that is not offered.')
  try {
    return run(...inputs)
  } catch (cause) {
    throw refused(`${name} cannot be calculated for these arguments.`, cause)
  }
}

function fromDouble(math: MathJsInstance, value: number): unknown {
  return Number.isFinite(value) ? math.bignumber(value.toPrecision(15)) : value
}

/** The value, if it is a real number of a size that stays quick to calculate with. */
function bounded(value: unknown): BigNumber {
  const isEndless =
    typeof value === 'number' ? !Number.isNaN(value) : isDecimal(value) && !value.isFinite() && !value.isNaN()
  if (isEndless) throw refused('The result is not finite: a division by zero, or a number that is too large.')
  if (!isDecimal(value) || value.isNaN()) throw refused('The result is not a real number.')
  if (!value.isZero() && Math.abs(value.e) > maxExponent) throw tooLarge()
  return value
}

function isDecimal(value: unknown): value is BigNumber {
  return typeof value === 'object' && value !== null && 'isNaN' in value && 'e' in value
}

/** Of whole bases in their own way, or log(1000, 10) would be 2.9999999999999996. */
function logarithm(value: number, base: number): number {
  if (base === 10) return Math.log10(value)
  return base === 2 ? Math.log2(value) : Math.log(value) / Math.log(base)
}

function realRoot(value: number, root: number): number {
  return value < 0 && Math.abs(root % 2) === 1 ? -((-value) ** (1 / root)) : value ** (1 / root)
}

function tooLarge(): AgentError {
  return refused(`A number is too large or too small: powers of ten go from -${maxExponent} to ${maxExponent}.`)
}

function refused(message: string, cause?: unknown): AgentError {
  return new AgentError('invalid-tool-input', message, { ...(cause !== undefined && { cause }) })
}
