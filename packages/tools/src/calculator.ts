import { AgentError } from '@x/types'
import type { FunctionTool } from './define-tool.js'
import { defineTool } from './define-tool.js'
import { evaluateExpression } from './evaluate-expression.js'
import { jsonSchema } from './json-schema.js'

const maxLength = 500

/**
 * A tool `calculator { expression }`. It needs the package `mathjs` (an optional peer), which is loaded at the first call.
 * An expression that cannot be calculated becomes an error that the model can act on; a missing `mathjs` ends the run.
 */
export function calculator(): FunctionTool {
  return defineTool({
    name: 'calculator',
    description:
      'Calculates an arithmetic expression exactly, for example "(0.1 + 0.2) * 3^2" or "round(sqrt(2), 4)". ' +
      'Operators: + - * / ^ ! mod. Constants: pi, e, tau, phi. Functions: roots, logarithms, trigonometry in ' +
      'radians, rounding, min, max, sum, mean, median, gcd, lcm, factorial, combinations, permutations. No variables.',
    input: jsonSchema<{ expression: string }>({
      type: 'object',
      properties: { expression: { type: 'string', minLength: 1, maxLength } },
      required: ['expression'],
      additionalProperties: false,
    }),
    annotations: { title: 'Calculator', readOnly: true, destructive: false, idempotent: true, openWorld: false },
    execute: async ({ expression }) => evaluateExpression(await loadMathjs(), expression),
  })
}

async function loadMathjs(): Promise<typeof import('mathjs')> {
  try {
    return await import('mathjs')
  } catch (cause) {
    throw new AgentError(
      'invalid-config',
      'The tool "calculator" needs the package mathjs, which could not be loaded.',
      {
        hint: 'Install it: npm install mathjs',
        scope: 'run',
        cause,
      },
    )
  }
}
