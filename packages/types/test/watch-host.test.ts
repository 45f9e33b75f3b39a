import { afterEach, expect, test, vi } from 'vitest'
import { checkModel } from '../src/testing.js'
import { countHandles, watchRejections } from '../src/watch-host.js'
import { referenceModel } from './reference-model.js'
import { plain } from './reference-services.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

test('Node.js tells of rejections while the watch lasts, and of what is open', () => {
  const before = process.listenerCount('unhandledRejection')
  const watch = watchRejections()
  expect(process.listenerCount('unhandledRejection')).toBe(before + 1)
  watch.stop()
  expect(process.listenerCount('unhandledRejection')).toBe(before)
  expect(watch.seen).toEqual([])

  const timeouts = () => countHandles()?.get('Timeout') ?? 0
  const open = timeouts()
  const timer = setTimeout(() => {}, 60_000)
  expect(timeouts()).toBe(open + 1)
  clearTimeout(timer)
})

test('a browser tells of rejections by an event, which goes no further', () => {
  vi.stubGlobal('process', undefined)
  const target = new EventTarget()
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target))
  const reject = () => {
    const event = Object.assign(new Event('unhandledrejection', { cancelable: true }), { reason: 'left alone' })
    target.dispatchEvent(event)
    return event.defaultPrevented
  }
  const watch = watchRejections()
  expect(reject()).toBe(true)
  watch.stop()
  expect(reject()).toBe(false)
  expect(watch.seen).toEqual(['left alone'])
  expect(countHandles()).toBeUndefined()
})

test('where the host tells nothing, the two checks that ask it do not apply', async () => {
  vi.stubGlobal('process', {})
  const only = ['leaves no handles open', 'leaves no rejection unhandled']
  const report = await checkModel(referenceModel(plain), { only })
  expect(report).toMatchObject({ passed: true, complete: true })
  expect(report.checks.map(({ reason }) => reason)).toEqual([
    'the host does not tell what is open',
    'the host does not tell of rejections',
  ])
})
