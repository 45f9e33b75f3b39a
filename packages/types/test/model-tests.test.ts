import { describe, expect, test } from 'vitest'
import { allChecks } from '../src/all-checks.js'
import { modelTests } from '../src/testing.js'
import { referenceModel } from './reference-model.js'
import { everyScenario, plain } from './reference-services.js'

const { model, ...options } = everyScenario()

describe('with vitest', () => {
  modelTests(test, () => model, options)
})

describe('with any runner', () => {
  /** What a runner is given, and what becomes of it. */
  function registered(given: Parameters<typeof modelTests>[2], made = () => referenceModel(plain)) {
    const tests: { name: string; run: (...context: readonly unknown[]) => Promise<void>; timeoutMs?: number }[] = []
    modelTests((name, run, timeoutMs = 0) => tests.push({ name, run, timeoutMs }), made, given)
    return tests
  }

  test('one test is registered for each check, with a time limit above its own', () => {
    const tests = registered(options)
    expect(tests.map(({ name }) => name)).toEqual(allChecks.map(({ name }) => name))
    expect(tests[0]?.timeoutMs).toBe(35_000)
    // A function with a parameter would be waited for by jest until it calls back.
    expect(tests.every(({ run }) => run.length === 0)).toBe(true)
  })

  test('no model is made before a test runs', () => {
    const made = () => {
      throw new Error('too early')
    }
    expect(registered({}, made)).toHaveLength(allChecks.length)
  })

  test('a check whose scenario is missing says so in its name, and is skipped where the runner can', async () => {
    const [skipped] = registered({ only: ['says that it was throttled'] })
    expect(skipped?.name).toBe('says that it was throttled (skipped: give scenarios.throttled)')
    const reasons: unknown[] = []
    await skipped?.run({ skip: (reason: unknown) => reasons.push(reason) })
    expect(reasons).toEqual(['give scenarios.throttled'])
    await expect(skipped?.run()).resolves.toBeUndefined()
    await expect(skipped?.run((done: unknown) => done)).resolves.toBeUndefined()
  })

  test('a check that fails fails its test with the reason', async () => {
    const [named] = registered({ only: ['names itself'] }, () => {
      return { ...referenceModel(plain), provider: 'My Provider' } as ReturnType<typeof referenceModel>
    })
    await expect(named?.run()).rejects.toThrow(
      'The model does not keep the contract: names itself: provider "My Provider" is not a lower-case name',
    )
  })
})
