import { expect, test, vi } from 'vitest'
import { AgentError, isAgentError } from '../src/index.js'

test('carries what happened and what to do next', () => {
  const cause = new Error('socket')
  const error = new AgentError('network', 'The connection broke.', {
    ...{ retryable: true, hint: 'Try again.', status: 502, requestId: 'r-1', cause },
  })
  expect(error).toMatchObject({
    ...{ name: 'AgentError', code: 'network', message: 'The connection broke. Try again.', scope: 'step' },
    ...{ retryable: true, hint: 'Try again.', status: 502, requestId: 'r-1', cause },
  })
  expect(error).toBeInstanceOf(Error)
})

test('has only the members it was given', () => {
  expect(Object.keys(new AgentError('internal', 'x')).sort()).toEqual(['code', 'name', 'retryable', 'scope'])
  expect('cause' in new AgentError('internal', 'x')).toBe(false)
})

test('is recognized by isAgentError, by code too, and nothing else is', () => {
  const error = new AgentError('budget', 'Spent.')
  expect(isAgentError(error)).toBe(true)
  expect(isAgentError(error, 'budget')).toBe(true)
  expect(isAgentError(error, 'journal')).toBe(false)
  for (const other of [new Error('x'), { code: 'budget' }, null, undefined, 'budget']) {
    expect(isAgentError(other)).toBe(false)
  }
})

test('is recognized across copies of the package', async () => {
  vi.resetModules()
  const copy = await import('../src/index.js')
  const error = new copy.AgentError('budget', 'Spent.')
  expect(error).not.toBeInstanceOf(AgentError)
  expect(isAgentError(error, 'budget')).toBe(true)
})
