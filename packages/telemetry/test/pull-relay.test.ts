import { describe, expect, it } from 'vitest'
import { PullRelay } from '../src/pull-relay.js'

const step = Promise.resolve()

function listening(relay: PullRelay, pull: () => Promise<unknown>): Promise<unknown>[] {
  const heard: Promise<unknown>[] = []
  void relay.pull(pull, (pulled) => heard.push(pulled))
  return heard
}

describe('a run', () => {
  it('listens to a pull that reached no model call', () => {
    expect(listening(new PullRelay(), () => step)).toEqual([step])
  })

  it('listens to one that did only when the call is over, and then once', () => {
    const relay = new PullRelay()
    const heard = listening(relay, () => {
      relay.reach()
      return step
    })
    expect(heard).toEqual([])
    relay.release()
    relay.release()
    expect(heard).toEqual([step])
  })

  it('does not listen again to a pull of the past', () => {
    const relay = new PullRelay()
    const past = listening(relay, () => {
      relay.reach()
      return step
    })
    const heard = listening(relay, () => step)
    relay.release()
    expect([past, heard]).toEqual([[], [step]])
  })
})
