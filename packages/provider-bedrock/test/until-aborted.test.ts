import { expect, it } from 'vitest'
import { untilAborted } from '../src/until-aborted.js'

it('gives what the work gives, unless the abort comes first', async () => {
  const { signal } = new AbortController()
  const never = new Promise<never>(() => {})
  const late = new AbortController()
  const waiting = untilAborted(late.signal, never)
  late.abort('enough')

  await expect(untilAborted(signal, Promise.resolve(1))).resolves.toBe(1)
  await expect(untilAborted(signal, Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(waiting).rejects.toBe('enough')
  await expect(untilAborted(AbortSignal.abort('early'), never)).rejects.toBe('early')
})
