import type { AgentEvent } from '@x/types'
import { expect, test } from 'vitest'
import { promiseStep } from '../src/index.js'

const event = (message: string): AgentEvent => ({ type: 'warning', message })

test('yields what is emitted while the work runs, then returns its result', async () => {
  let goOn = () => {}
  const step = promiseStep(async (emit) => {
    emit(event('one'))
    await new Promise<void>((resolve) => (goOn = resolve))
    emit(event('two'))
    emit(event('three'))
    return 'result'
  })
  expect(await step.next()).toEqual({ done: false, value: event('one') })
  goOn()
  expect(await step.next()).toEqual({ done: false, value: event('two') })
  expect(await step.next()).toEqual({ done: false, value: event('three') })
  expect(await step.next()).toEqual({ done: true, value: 'result' })
})

test('throws what the work rejects with, after the events before it', async () => {
  const step = promiseStep(async (emit) => {
    emit(event('one'))
    throw new Error('failed')
  })
  expect((await step.next()).value).toEqual(event('one'))
  await expect(step.next()).rejects.toThrow('failed')
})

test('what is emitted after the end goes nowhere', async () => {
  let late: (event: AgentEvent) => void = () => {}
  const step = promiseStep(async (emit) => {
    late = emit
    return 1
  })
  expect(await step.next()).toEqual({ done: true, value: 1 })
  late(event('late'))
  expect(await step.next()).toEqual({ done: true, value: undefined })
})
